import * as z from 'zod/mini';
import { OUTCOMES } from '../names.ts';
import { ConfigError } from '../tasks/errors.ts';
import { parseJson } from '../tasks/json.ts';
import type { Clock } from '../tasks/ports.ts';
import { type NamedChannel, WEBHOOK_CHANNEL } from './channel.ts';
import { createSlackChannel, slackEntry } from './slack/channel.ts';

const CHANNEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Everybody present, the whole channel, one person, or one group of people. */
const MENTION = /^<(!here|!channel|!everyone|@[UW][A-Z0-9]{2,20}|!subteam\^S[A-Z0-9]{2,20})>$/;
/** The name that the bare form gives its only channel. */
const DEFAULT_CHANNEL = 'default';

/** The registry of kinds of named channels: a line each. `entry` is what the secret holds; a bare URL is Slack's. */
const KINDS = {
  slack: { entry: slackEntry, open: createSlackChannel },
};

const channelName = z
  .string()
  .check(z.regex(CHANNEL_NAME, { error: "must be 1 to 64 letters, digits, '.', '_' or '-'" }));
const text = z.string().check(z.minLength(1, { error: 'must not be empty' }));

const ruleSchema = z.strictObject({
  /** All conditions named here must match; `{}` matches every event. */
  when: z.strictObject({
    outcome: z.optional(z.array(z.enum(OUTCOMES)).check(z.minLength(1, { error: 'must name an outcome' }))),
    /** `*` is any run of characters and `?` any one; an event without a label never matches. */
    label: z.optional(text),
    instance_id: z.optional(text),
    profile: z.optional(text),
  }),
  /** Empty: matching events are discarded on purpose. */
  channels: z.array(channelName),
  /** Sent with events that did not succeed. */
  mention: z.optional(
    z.string().check(z.regex(MENTION, { error: 'must be <!here>, <!channel>, <@U…> or <!subteam^S…>' })),
  ),
  /** Rules below this one are skipped when it matches. */
  stop: z.optional(z.boolean()),
});

const routingSchema = z.strictObject({
  channels: z.record(z.string(), KINDS.slack.entry),
  rules: z._default(z.array(ruleSchema), []),
  /** Where events go that match no rule. May be left out if a channel is named `default` or is the only one. */
  default: z.optional(z.array(channelName)),
});

export type Rule = z.infer<typeof ruleSchema>;

/** The Slack secret: an entry per channel name, and which event goes where. Entries are secrets. */
export type Routing = { channels: Record<string, string>; rules: Rule[]; default: string[] };

/**
 * Reads the Slack secret in either form, `{channels, rules, default}` or `{webhook_url}`.
 * Throws `ConfigError` with every problem by field; never with a value, because the values are secrets.
 */
export function parseRouting(secret: unknown): Routing {
  const isBare = typeof secret === 'object' && secret !== null && 'webhook_url' in secret;
  const parsed = isBare ? z.safeParse(bareSchema, secret) : z.safeParse(routingSchema, secret);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(describeIssue));
  const { channels, rules } = parsed.data;
  const routing = { channels, rules, default: parsed.data.default ?? findDefault(Object.keys(channels)) };
  const problems = findContradictions(routing);
  if (problems.length > 0) throw new ConfigError(problems);
  return routing;
}

/** A channel per name, ready to post. */
export function openChannels({ channels }: Routing, clock: Pick<Clock, 'now'>): Map<string, NamedChannel> {
  return new Map(Object.entries(channels).map(([name, url]) => [name, KINDS.slack.open({ name, url, clock })]));
}

function findDefault(names: string[]): string[] {
  if (names.includes(DEFAULT_CHANNEL) || names.length === 0) return [DEFAULT_CHANNEL];
  if (names.length === 1) return names;
  throw new ConfigError(['default: must name the channels for events that match no rule ([] for none)']);
}

/** Reads the Slack secret's text; the errors are those of `parseRouting`. */
export function parseRoutingSecret(text: string): Routing {
  const secret = parseJson(text);
  if (secret === undefined) throw new ConfigError(['the secret: is not JSON']);
  return parseRouting(secret);
}

const bareSchema = z.pipe(
  z.strictObject({ webhook_url: KINDS.slack.entry }),
  z.transform(
    ({ webhook_url }): z.infer<typeof routingSchema> => ({
      channels: { [DEFAULT_CHANNEL]: webhook_url },
      rules: [],
      default: [DEFAULT_CHANNEL],
    }),
  ),
);

/** Problems beyond the schema: names of channels that do not exist, and mentions that would never be sent. */
function findContradictions(routing: Routing): string[] {
  const isKnown = (name: string) => Object.hasOwn(routing.channels, name);
  if (Object.keys(routing.channels).length === 0) return ['channels: none is set yet'];
  const unnamed = Object.keys(routing.channels).filter((name) => !CHANNEL_NAME.test(name)).length;
  const problems = routing.default.filter((name) => !isKnown(name)).map((name) => unknownChannel('default', name));
  if (isKnown(WEBHOOK_CHANNEL)) problems.push(`channels.${WEBHOOK_CHANNEL}: is reserved for callback_url webhooks`);
  if (unnamed > 0) problems.push(`channels: ${unnamed} name(s) are not 1 to 64 letters, digits, '.', '_' or '-'`);
  routing.rules.forEach((rule, index) => {
    const field = `rules[${index}]`;
    for (const name of rule.channels) if (!isKnown(name)) problems.push(unknownChannel(`${field}.channels`, name));
    if (rule.mention !== undefined && rule.when.outcome?.every((outcome) => outcome === 'succeeded'))
      problems.push(`${field}.mention: is never sent, because the rule matches only successes`);
  });
  return problems;
}

function unknownChannel(field: string, name: string): string {
  return `${field}: there is no channel "${name}"`;
}

type Issue = { path: PropertyKey[]; message: string; code?: string; keys?: string[] };

// A URL put where a name belongs must not come back in a message: only what looks like a name is repeated.
function describeIssue(issue: Issue): string {
  const path = issue.path.map(describeKey).join('').replace(/^\./, '');
  const detail = issue.code === 'unrecognized_keys' ? 'has unknown fields' : issue.message;
  return `${path === '' ? 'the secret' : path}: ${detail}`;
}

function describeKey(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  return CHANNEL_NAME.test(String(key)) ? `.${String(key)}` : '.(an invalid name)';
}
