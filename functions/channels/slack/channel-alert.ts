import type { OperatorAlert } from '../../messages/operator-alerter.ts';
import type { Settled } from './deliver-to-channel.ts';

/** What an operator has to know about a channel that lost records for good, or nothing. It never holds the channel's URL. */
export function describeChannelTrouble(channel: string, settled: Settled[]): OperatorAlert | undefined {
  const lost = settled.flatMap(({ answer }) => (answer.kind === 'gone' || answer.kind === 'refused' ? [answer] : []));
  const [first] = lost;
  if (first === undefined) return undefined;
  const cause =
    first.kind === 'gone'
      ? 'The channel or its webhook is no more: make a new webhook and put its URL into the Slack secret.'
      : 'Slack does not take the message as it is: that is a fault of the notifier, worth reporting.';
  return {
    key: `slack:${channel}:${first.kind}`,
    subject: `Slack channel ${channel} refuses messages (${first.reason})`,
    body: [
      `Slack answered "${first.reason}" for channel "${channel}": ${lost.length} record(s) went to the dead-letter queue.`,
      cause,
      'After that, move the records from the dead-letter queue back: each goes to this channel alone.',
    ].join('\n'),
  };
}
