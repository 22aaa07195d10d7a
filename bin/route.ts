import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readRecord } from '../functions/channels/slack/read-record.ts';
import { renderSlackPosts } from '../functions/channels/slack/slack-digest.ts';
import { routeEvent, type SlackRoute } from '../functions/channels/slack/slack-routes.ts';
import { parseSlackRouting, parseSlackSecret, type SlackRouting } from '../functions/channels/slack/slack-routing.ts';
import type { TaskEvent } from '../functions/messages/task-event.ts';
import { ConfigError } from '../functions/tasks/errors.ts';

const USAGE = `usage: npm run route -- <event.json> [--rules <file>] [--channel <name>]

Shows which Slack channels an event would go to and why, and prints the messages. Sends nothing.
  <event.json>  a TaskEvent, with or without its SNS envelope, or an array of them for a batch
  --rules       the Slack secret as a file: {channels, rules, default} or {webhook_url}; default: one channel for all events
  --channel     replay to this channel only`;
const BUILDER = 'https://app.slack.com/block-kit-builder';
const ONE_CHANNEL = { webhook_url: 'https://hooks.slack.com/services/…' };

/** What the person who typed the command has to fix. */
class InputError extends Error {}

type Routed = { event: TaskEvent; routes: SlackRoute[] };

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new InputError(USAGE);
  const routing =
    values.rules === undefined ? parseSlackRouting(ONE_CHANNEL) : parseSlackSecret(await read(values.rules));
  const only = values.channel;
  if (only !== undefined && !Object.hasOwn(routing.channels, only))
    throw new InputError(`There is no channel "${only}" among ${namesOf(routing)}.`);
  const routed = parseEvents(await read(path)).map((event) => ({ event, routes: routeEvent(event, routing, only) }));
  console.log([...routed.map(explain), ...renderAll(routed)].join('\n\n'));
}

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { rules: { type: 'string' }, channel: { type: 'string' } } });
  } catch (error) {
    throw new InputError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new InputError(`${path} cannot be read.`);
  }
}

function parseEvents(text: string): TaskEvent[] {
  return splitBatch(text).map((body, index) => {
    const read = readRecord({ body });
    if (read.kind === 'malformed') throw new InputError(`Event ${index + 1} is not a TaskEvent: ${read.reason}.`);
    return read.event;
  });
}

function splitBatch(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : [text];
  } catch {
    return [text];
  }
}

function namesOf({ channels }: SlackRouting): string {
  return Object.keys(channels).join(', ');
}

function explain({ event, routes }: Routed): string {
  const lines = routes.map(({ channel, because, mention }) => {
    const note = mention === undefined ? '' : `; ${describeMention(event, mention)}`;
    return `  -> ${channel}: ${because}${note}`;
  });
  return [event.id, ...(lines.length > 0 ? lines : ['  -> nowhere: the matching rules have no channels'])].join('\n');
}

function describeMention({ data }: TaskEvent, mention: string): string {
  return data.outcome === 'succeeded' ? `no mention of ${mention}, because it succeeded` : `mentions ${mention}`;
}

function renderAll(routed: Routed[]): string[] {
  const items = routed.flatMap(({ event, routes }) =>
    routes.map(({ channel, mention }) => ({ channel, event, mention })),
  );
  const sections = [...Map.groupBy(items, ({ channel }) => channel)].map(([channel, forChannel]) => {
    const posts = renderSlackPosts(forChannel);
    const messages = posts.map(({ message }) => JSON.stringify(message, null, 2));
    return [`${channel} gets ${posts.length} message(s):`, ...messages].join('\n');
  });
  return sections.length === 0 ? [] : [...sections, `To see one as Slack shows it, paste its JSON at ${BUILDER}`];
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
