import type { SlackMessage } from '../../functions/channels/slack/blocks.ts';
import type { TaskEvent } from '../../functions/messages/task-event.ts';
import { slackAsText } from './slack-as-text.ts';

/** A line that opens a part of the output. */
export const heading = (title: string) => `─── ${title} ${'─'.repeat(Math.max(3, 60 - title.length))}\n`;

const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '  ');
const pretty = (value: unknown) => JSON.stringify(value, undefined, 2);

/** One of the messages to Slack: the one about the label where there is one. */
export function showSlack(messages: unknown[], label: string, asJson: boolean): string {
  const message = (messages.find((one) => isAbout(one, label)) ?? messages[0]) as SlackMessage | undefined;
  if (message === undefined) return 'No message was sent to Slack.\n';
  const body = asJson ? pretty(message) : indented(slackAsText(message));
  return `One of ${messages.length} messages sent to Slack:\n\n${body}\n`;
}

/** One of the events that the webhook got, in short; `asJson` as it came. */
export function showEvent(events: unknown[], label: string, asJson: boolean): string {
  const event = (events.find((one) => isAbout(one, label)) ?? events[0]) as TaskEvent | undefined;
  if (event === undefined) return 'No event was sent to the webhook.\n';
  const body = asJson ? pretty(event) : indented(inShort(event));
  return `One of ${events.length} signed CloudEvents sent to the webhook:\n\n${body}\n`;
}

function inShort({ id, type, source, time, data }: TaskEvent): string {
  const { outcome, task_type, label, summary, failures = [] } = data;
  const rows = { id, type, source, time, data: JSON.stringify({ outcome, task_type, label, summary }) };
  const lines = Object.entries(rows).map(([name, value]) => `${name.padEnd(6)}  ${value}`);
  return [...lines, `        plus ids, times and ${failures.length} failures with method, path, code and message`].join(
    '\n',
  );
}

const isAbout = (message: unknown, label: string) => JSON.stringify(message).includes(label);
