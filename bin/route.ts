import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { NamedChannel } from '../functions/channels/channel.ts';
import { readRecord } from '../functions/channels/queues.ts';
import { type Route, routeEvent } from '../functions/channels/routes.ts';
import { openChannels, parseRouting, parseRoutingSecret, type Routing } from '../functions/channels/routing.ts';
import { composeAlerts } from '../functions/messages/digest.ts';
import type { TaskEvent } from '../functions/messages/task-event.ts';
import { ConfigError } from '../functions/tasks/errors.ts';

const USAGE = `usage: npm run route -- <event.json> [--rules <file>] [--channel <name>]

Prints where an event would go and why, and the messages that each channel and e-mail would get. Sends nothing.
  <event.json>  a TaskEvent, bare or in the envelope of SNS, or an array of them for a batch
  --rules       the channels secret as a file: {channels, rules, default} or {webhook_url}; without it one channel gets everything
  --channel     route as a replay that names this channel`;
/** Where the JSON of a message can be seen as people see it. */
const VIEWERS: Record<string, string> = {
  slack: 'To see one as Slack shows it, paste its JSON at https://app.slack.com/block-kit-builder',
  teams: 'To see one as Teams shows it, paste the card (attachments[0].content) at https://adaptivecards.io/designer',
};
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
  const sections: string[] = [...Map.groupBy(items, ({ channel }) => channel)].flatMap(([channel, forChannel]) => {
    if (channel === undefined) return [];
    const posts = channel.render(forChannel);
    const messages = posts.map(({ message }) => JSON.stringify(message, null, 2));
    return [`${channel.name} (${channel.kind}) gets ${posts.length} message(s):`, ...messages].join('\n');
  });
  return [...sections, renderMail(routed), ...hintsFor(items)];
}

/** E-mail knows no rules but outcomes. */
function renderMail(routed: Routed[]): string {
  const mails = composeAlerts(routed.map(({ event }) => event));
  const texts = mails.map(({ message: { subject, body, outcomes } }) => {
    const who = `to everybody who asked for ${outcomes.join(' or ')}`;
    return `Subject: ${subject}\n(${who})\n\n${body}`;
  });
  return [`e-mail gets ${mails.length} message(s):`, ...texts].join('\n');
}

function hintsFor(items: { channel: NamedChannel | undefined }[]): string[] {
  const kinds = new Set(items.flatMap(({ channel }) => (channel ? [channel.kind] : [])));
  return [...kinds].flatMap((kind) => VIEWERS[kind] ?? []);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
