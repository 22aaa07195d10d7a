import type { Item } from '../functions/channels/channel.ts';
import { routeEvent } from '../functions/channels/routes.ts';
import { openChannels, parseRouting } from '../functions/channels/routing.ts';
import { composeMails, readAlertGroups } from '../functions/channels/sns.ts';
import { OUTCOMES, type Outcome } from '../functions/names.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import type { Recipient } from '../lib/setting-kinds.ts';
import { alertGroups } from '../lib/topics.ts';
import { EXPIRED, FAILED, makeEvent, makeResult, PARTIAL } from './sample-events.ts';

const FAILURES = OUTCOMES.filter((outcome) => outcome !== 'succeeded');
const SLACK = 'https://hooks.slack.com/services/T0/B0/x';
const CHANNELS = {
  slack: SLACK,
  teams: { type: 'teams', url: 'https://example.com/workflow' },
  pager: { type: 'pagerduty', routing_key: '0'.repeat(32) },
};

/** What one publishing round announces. */
type Round = TaskResult[];

/**
 * A day of 1,060 tasks in 39 rounds: a nightly run of 1,020 in twelve bursts, of which two contain failures, two bursts
 * by day, and 25 tasks alone, of which five do not succeed and five are the first success of their label after that.
 */
export function oneDay(): Round[] {
  const night = Array.from({ length: 12 }, (_, n) => burst(85, n < 2 ? [FAILED, PARTIAL, EXPIRED] : []));
  const day = [burst(8, [FAILED]), burst(7, [])];
  const broken = [FAILED, PARTIAL, EXPIRED, FAILED, FAILED].map((changes) => [changes]);
  const healed = Array.from({ length: 5 }, () => [{ isFirstSuccess: true as const }]);
  const alone = [...broken, ...healed, ...Array.from({ length: 15 }, () => [{}])];
  const rounds = [...night, ...day, ...alone];
  return rounds.map((round, n) => round.map((changes, m) => makeResult({ ...changes, taskId: `task-${n}-${m}` })));
}

function burst(size: number, failures: Partial<TaskResult>[]): Partial<TaskResult>[] {
  return [...failures, ...Array.from({ length: size - failures.length }, () => ({}))];
}

/** How many messages of one kind a day brings, and how many of them report nothing but success. */
export type Amount = { messages: number; successesOnly: number };

/** What one address gets of a day. */
export function countMails(rounds: Round[], recipient: Recipient): Amount {
  const wanted: readonly Outcome[] = typeof recipient === 'string' ? OUTCOMES : recipient.outcomes;
  const groups = readAlertGroups(alertGroups([recipient]));
  const mails = rounds.flatMap(composeMails({}, groups));
  const lists = mails.map(({ message }) => message.attributes.outcome as readonly Outcome[]);
  return amountOf(lists.filter((outcomes) => outcomes.some((outcome) => wanted.includes(outcome))));
}

/** What the channels get of a day by these rules. A round is a batch of their queue, as both take up to 100. */
export function countPosts(rounds: Round[], routing: object): Amount {
  const parsed = parseRouting({ channels: CHANNELS, ...routing });
  const channels = openChannels(parsed, { now: () => 0 });
  const posts = rounds.flatMap((round) => {
    const items = round.map((result) => ({ event: makeEvent(result), body: '' }));
    return [...channels].flatMap(([name, channel]) => {
      const own: Item[] = items.filter(({ event }) =>
        routeEvent(event, parsed).some((route) => route.channel === name),
      );
      return own.length === 0 ? [] : channel.render(own);
    });
  });
  return amountOf(posts.map((post) => post.items.map(({ event }) => event.data.outcome)));
}

function amountOf(messages: (readonly Outcome[])[]): Amount {
  const plain = messages.filter((outcomes) => outcomes.every((outcome) => outcome === 'succeeded'));
  return { messages: messages.length, successesOnly: plain.length };
}

/** The table of docs/notifications.md. */
export function renderDayTable(): string {
  const rounds = oneDay();
  const troubles = (channel: string) => ({ when: { outcome: FAILURES }, channels: [channel] });
  const healed = (channel: string) => ({ when: { first_success: true }, channels: [channel] });
  const rows: [string, string, Amount][] = [
    ['e-mail', '`"ops@example.com"`, the default', countMails(rounds, 'ops@example.com')],
    [
      'e-mail',
      '`outcomes`: all but `succeeded`',
      countMails(rounds, { address: 'ops@example.com', outcomes: FAILURES }),
    ],
    ['Slack or Teams', 'no rules: everything', countPosts(rounds, { default: ['slack'] })],
    [
      'Slack or Teams',
      'all but `succeeded`, and `first_success`',
      countPosts(rounds, { rules: [troubles('teams'), healed('teams')], default: [] }),
    ],
    ['PagerDuty', 'all but `succeeded`', countPosts(rounds, { rules: [troubles('pager')], default: [] })],
  ];
  const lines = rows.map(
    ([who, rule, { messages, successesOnly }]) => `| ${who} | ${rule} | ${messages} | ${successesOnly} |`,
  );
  return [
    '| through | what it asks for | messages | of them about successes alone |',
    '|---|---|---:|---:|',
    ...lines,
  ].join('\n');
}
