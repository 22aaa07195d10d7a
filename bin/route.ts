import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readRecord } from '../functions/channels/queues.ts';
import { type Route, routeEvent } from '../functions/channels/routes.ts';
import { openChannels, parseRouting, parseRoutingSecret, type Routing } from '../functions/channels/routing.ts';
import type { TaskEvent } from '../functions/messages/task-event.ts';
import { ConfigError } from '../functions/tasks/errors.ts';

const USAGE = `usage: npm run route -- <event.json> [--rules <file>] [--channel <name>]

Prints to which Slack channels an event would go and why, and the messages that each would get. Sends nothing.
  <event.json>  a TaskEvent, bare or in the envelope of SNS, or an array of them for a batch
  --rules       the Slack secret as a file: {channels, rules, default} or {webhook_url}; without it one channel gets everything
  --channel     route as a replay that names this channel`;
const BUILDER = 'https://app.slack.com/block-kit-builder';
const ONE_CHANNEL = { webhook_url: 'https://hooks.slack.com/services/…' };

/** A mistake in the arguments or files of the command. */
class InputError extends Error {}

type Routed = { event: TaskEvent; body: string; routes: Route[] };

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new InputError(USAGE);
  const routing = values.rules === undefined ? parseRouting(ONE_CHANNEL) : parseRoutingSecret(await read(values.rules));
  const only = values.channel;
  if (only !== undefined && !Object.hasOwn(routing.channels, only))
    throw new InputError(`There is no channel "${only}" among ${namesOf(routing)}.`);
  const routed = parseEvents(await read(path)).map(({ event, body }) => ({
    event,
    body,
    routes: routeEvent(event, routing, only),
  }));
  console.log([...routed.map(explain), ...renderAll(routed, routing)].join('\n\n'));
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

function parseEvents(text: string): { event: TaskEvent; body: string }[] {
  return splitBatch(text).map((body, index) => {
    const read = readRecord({ body });
    if (read.kind === 'malformed') throw new InputError(`Event ${index + 1} is not valid: ${read.reason}.`);
    return read;
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

function namesOf({ channels }: Routing): string {
  return Object.keys(channels).join(', ');
}

function explain({ event, routes }: Routed): string {
  const lines = routes.map(({ channel, because, mention }) => {
    const note = mention === undefined ? '' : `; ${describeMention(event, mention)}`;
    return `  -> ${channel}: ${because}${note}`;
  });
  return [event.id, ...(lines.length > 0 ? lines : ['  -> nowhere: the matching rules name no channel'])].join('\n');
}

function describeMention({ data }: TaskEvent, mention: string): string {
  return data.outcome === 'succeeded' ? `no mention of ${mention}, because it succeeded` : `mentions ${mention}`;
}

function renderAll(routed: Routed[], routing: Routing): string[] {
  const channels = openChannels(routing, { now: Date.now });
  const items = routed.flatMap(({ routes, ...item }) =>
    routes.map(({ channel, mention }) => ({ ...item, mention, channel: channels.get(channel) })),
  );
  const sections = [...Map.groupBy(items, ({ channel }) => channel)].flatMap(([channel, forChannel]) => {
    if (channel === undefined) return [];
    const posts = channel.render(forChannel);
    const messages = posts.map(({ message }) => JSON.stringify(message, null, 2));
    return [`${channel.name} gets ${posts.length} message(s):`, ...messages].join('\n');
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
