import * as z from 'zod/mini';
import { nearestName, OUTCOMES } from '../names.ts';
import { ConfigError } from '../tasks/errors.ts';
import { isFields, parseJson } from '../tasks/json.ts';
import type { Clock } from '../tasks/ports.ts';
import { type NamedChannel, WEBHOOK_CHANNEL } from './channel.ts';
import { createPagerDutyChannel, pagerDutyEntry } from './pagerduty/channel.ts';
import { describeIssues } from './routing-problems.ts';
import { createSlackChannel, slackEntry } from './slack/channel.ts';
import { createTeamsChannel, teamsEntry } from './teams/channel.ts';

const CHANNEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME_RULE = "must be 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first";
/** Everybody present, the whole channel, one person, or one group of people. */
const MENTION = /^<(!here|!channel|!everyone|@[UW][A-Z0-9]{2,20}|!subteam\^S[A-Z0-9]{2,20})>$/;
/** The name that the bare form gives its only channel. */
const DEFAULT_CHANNEL = 'default';
/** What Huawei names so far, and what an event has where it never answered. */
const TASK_TYPES = ['import_api', 'export_api', 'unknown'];

/** The registry of kinds of named channels: here what the secret holds of each, below what makes it. */
const entrySchema = z.discriminatedUnion('type', [slackEntry, teamsEntry, pagerDutyEntry]);
type Entry = z.infer<typeof entrySchema>;
type Named<E> = E & { name: string; clock: Pick<Clock, 'now'> };
const KINDS: { [K in Entry['type']]: (options: Named<Extract<Entry, { type: K }>>) => NamedChannel } = {
  slack: createSlackChannel,
  teams: createTeamsChannel,
  pagerduty: createPagerDutyChannel,
};

function open(options: Named<Entry>): NamedChannel {
  return (KINDS[options.type] as (options: Named<Entry>) => NamedChannel)(options);
}

const channelName = z.string().check(z.regex(CHANNEL_NAME, { error: NAME_RULE }));
const text = z.string().check(z.minLength(1, { error: 'must not be empty' }));

const ruleSchema = z.strictObject({
  /** All conditions named here must match; `{}` matches every event. */
  when: z.strictObject({
    outcome: z.optional(z.array(z.enum(OUTCOMES)).check(z.minLength(1, { error: 'must name an outcome' }))),
    /** `*` is any run of characters and `?` any one; an event without a label never matches. */
    label: z.optional(text),
    instance_id: z.optional(text),
    profile: z.optional(text),
    task_type: z.optional(text),
    /** Only the first success of a label after a task of it that did not succeed. */
    first_success: z.optional(z.literal(true)),
  }),
  /** Empty: matching events are discarded on purpose. */
  channels: z.array(channelName),
  /** Sent with events that did not succeed, to Slack. */
  mention: z.optional(
    z.string().check(z.regex(MENTION, { error: 'must be <!here>, <!channel>, <@U…> or <!subteam^S…>' })),
  ),
  /** Rules below this one are skipped when it matches. */
  stop: z.optional(z.boolean()),
});

const routingSchema = z.strictObject({
  channels: z.record(z.string(), entrySchema),
  rules: z._default(z.array(ruleSchema), []),
  /** Where events go that match no rule. May be left out if a channel is named `default` or is the only one. */
  default: z.optional(z.array(channelName)),
});

export type Rule = z.infer<typeof ruleSchema>;

/** The channels and which event goes to which. Entries are secrets. */
export type Routing = { channels: Record<string, Entry>; rules: Rule[]; default: string[] };

/**
 * Reads the channels in either form, `{channels, rules, default}` or `{webhook_url}`, which is one Slack channel.
 * Throws `ConfigError` with every problem by field, and with what a misspelt name may have meant; never with a value,
 * because the values are secrets.
 */
export function parseRouting(secret: unknown): Routing {
  const isBare = isFields(secret) && 'webhook_url' in secret;
  const parsed = isBare ? z.safeParse(bareSchema, secret) : z.safeParse(routingSchema, withSlackEntries(secret));
  if (!parsed.success)
    throw new ConfigError(
      describeIssues(parsed.error, secret, { channelName: CHANNEL_NAME, kinds: Object.keys(KINDS) }),
    );
  const { channels, rules } = parsed.data;
  const routing = { channels, rules, default: parsed.data.default ?? findDefault(Object.keys(channels)) };
  const problems = findContradictions(routing);
  if (problems.length > 0) throw new ConfigError(problems);
  return routing;
}

/** A channel per name, ready to post. */
export function openChannels({ channels }: Routing, clock: Pick<Clock, 'now'>): Map<string, NamedChannel> {
  return new Map(Object.entries(channels).map(([name, entry]) => [name, open({ ...entry, name, clock })]));
}

/** What no log or report may repeat: the address or key of each channel. */
export function secretsOf({ channels }: Routing): string[] {
  return Object.values(channels).map((entry) => (entry.type === 'pagerduty' ? entry.routing_key : entry.url));
}

/** The names of channels that open and resolve incidents: a label's first success goes where its failures went. */
export function resolvingChannels({ channels }: Routing): Set<string> {
  return new Set(Object.entries(channels).flatMap(([name, { type }]) => (type === 'pagerduty' ? [name] : [])));
}

/** Reads the text of the secret or file; the errors are those of `parseRouting`. */
export function parseRoutingSecret(json: string): Routing {
  const secret = parseJson(json);
  if (secret === undefined) throw new ConfigError(['the secret: is not JSON']);
  return parseRouting(secret);
}

/** A bare URL is Slack's. */
function withSlackEntries(secret: unknown): unknown {
  if (!isFields(secret) || !isFields(secret.channels)) return secret;
  const entries = Object.entries(secret.channels).map(([name, entry]) => [
    name,
    typeof entry === 'string' ? { type: 'slack', url: entry } : entry,
  ]);
  return { ...secret, channels: Object.fromEntries(entries) };
}

const bareSchema = z.pipe(
  z.strictObject({ webhook_url: slackEntry.shape.url }),
  z.transform(
    ({ webhook_url }): z.infer<typeof routingSchema> => ({
      channels: { [DEFAULT_CHANNEL]: { type: 'slack', url: webhook_url } },
      rules: [],
      default: [DEFAULT_CHANNEL],
    }),
  ),
);

function findDefault(names: string[]): string[] {
  if (names.includes(DEFAULT_CHANNEL) || names.length === 0) return [DEFAULT_CHANNEL];
  if (names.length === 1) return names;
  throw new ConfigError(['default: must name the channels for events that match no rule ([] for none)']);
}

/** Problems beyond the schema: names that do not exist, and rules that can never match or mention. */
function findContradictions(routing: Routing): string[] {
  const names = Object.keys(routing.channels);
  if (names.length === 0) return ['channels: none is set yet'];
  const unnamed = names.filter((name) => !CHANNEL_NAME.test(name)).length;
  const problems = routing.default.flatMap((name) => unknownChannel('default', name, names));
  if (names.includes(WEBHOOK_CHANNEL))
    problems.push(`channels.${WEBHOOK_CHANNEL}: is reserved for callback_url webhooks`);
  if (unnamed > 0) problems.push(`channels: ${unnamed} name(s) break the rule: a name ${NAME_RULE}`);
  const ofRules = routing.rules.flatMap((rule, index) => ruleProblems(rule, `rules[${index}]`, names));
  return [...problems, ...ofRules];
}

function ruleProblems({ channels, mention, when }: Rule, field: string, names: string[]): string[] {
  const problems = channels.flatMap((name) => unknownChannel(`${field}.channels`, name, names));
  const { outcome, task_type: type, first_success: isFirst } = when;
  if (isFirst && outcome !== undefined && !outcome.includes('succeeded'))
    problems.push(`${field}.when: never matches, because a first_success has the outcome succeeded`);
  if (mention !== undefined && (isFirst || outcome?.every((one) => one === 'succeeded')))
    problems.push(`${field}.mention: is never sent, because the rule matches only successes`);
  const meant = type === undefined || TASK_TYPES.includes(type) ? undefined : nearestName(type, TASK_TYPES);
  if (meant !== undefined) problems.push(`${field}.when.task_type: is not a type; did you mean "${meant}"?`);
  return problems;
}

function unknownChannel(field: string, name: string, names: string[]): string[] {
  if (names.includes(name)) return [];
  const meant = nearestName(name, names);
  return [`${field}: there is no channel "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`];
}
