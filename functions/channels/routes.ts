import type { TaskEvent } from '../messages/task-event.ts';
import { OUTCOMES } from '../names.ts';
import type { Clock } from '../tasks/ports.ts';
import { type Router, WEBHOOK_CHANNEL } from './channel.ts';
import { openChannels, parseRoutingSecret, type Routing, type Rule, resolvingChannels } from './routing.ts';

/** One channel that an event goes to, by name. `because` is for people: `rule 2 (outcome failed, label prod-*)`. */
export type Route = { channel: string; because: string; mention?: string };

/** Reads the text of the channels secret into a router; the errors are those of `parseRouting`. */
export function routerReader(clock: Pick<Clock, 'now'>): (json: string) => Router {
  return (json) => createRuleRouter(parseRoutingSecret(json), clock);
}

/** Routes by the rules to the named channels; replays for webhooks are left to their own queue. */
export function createRuleRouter(routing: Routing, clock: Pick<Clock, 'now'>): Router {
  const channels = openChannels(routing, clock);
  return {
    async route(event, only) {
      if (only === WEBHOOK_CHANNEL) return { kind: 'to', destinations: [] };
      if (only !== undefined && !channels.has(only)) return { kind: 'unknown', channel: only, reason: UNKNOWN_CHANNEL };
      const destinations = routeEvent(event, routing, only).flatMap(({ channel: name, mention }) => {
        const channel = channels.get(name);
        return channel === undefined ? [] : [{ channel, mention }];
      });
      return { kind: 'to', destinations };
    },
  };
}

const UNKNOWN_CHANNEL = 'it names a channel that the channels secret does not have';

/**
 * Where an event goes. Rules are tried in order and every matching one adds its channels, until one has `stop`;
 * the default is for events that match no rule. A channel named twice gets the event once, with the first mention.
 * A channel of incidents gets of the successes those that can resolve one: the first of a label, wherever its failures go.
 * `only` names the one channel that a replay is for, whatever the rules say.
 */
export function routeEvent(event: TaskEvent, routing: Routing, only?: string): Route[] {
  const routes = routeByRules(event.data, routing);
  if (only !== undefined) {
    const mention = routes.find(({ channel }) => channel === only)?.mention;
    return [{ channel: only, because: 'it was requested by name', ...(mention === undefined ? {} : { mention }) }];
  }
  const resolving = resolvingChannels(routing);
  if (resolving.size === 0 || event.data.outcome !== 'succeeded') return routes;
  const told = routes.filter(({ channel }) => !resolving.has(channel));
  return event.data.first_success ? [...told, ...resolvingRoutes(event.data, routing, resolving)] : told;
}

/** The channels of incidents that a failure of this label would have gone to. */
function resolvingRoutes(data: TaskEvent['data'], routing: Routing, resolving: Set<string>): Route[] {
  const { first_success: _, ...failure } = data;
  const opened = OUTCOMES.filter((outcome) => outcome !== 'succeeded')
    .flatMap((outcome) => routeByRules({ ...failure, outcome }, routing))
    .filter(({ channel }) => resolving.has(channel));
  const byName = new Map(opened.map(({ channel, because }) => [channel, because]));
  return [...byName].map(([channel, because]) => ({ channel, because: `it resolves what ${because} opens` }));
}

function routeByRules(data: TaskEvent['data'], routing: Routing): Route[] {
  const matching = matchingRules(data, routing.rules);
  if (matching.length === 0)
    return [...new Set(routing.default)].map((channel) => ({ channel, because: 'the default: no rule matches' }));
  const routes = new Map<string, Route>();
  for (const { rule, number } of matching) {
    const because = `rule ${number} (${describeConditions(rule)})`;
    for (const channel of rule.channels) mergeRoute(routes, { channel, because, ...pickMention(rule) });
  }
  return [...routes.values()];
}

function mergeRoute(routes: Map<string, Route>, route: Route): void {
  const known = routes.get(route.channel);
  routes.set(route.channel, known === undefined ? route : { ...route, ...known });
}

function pickMention({ mention }: Rule): { mention?: string } {
  return mention === undefined ? {} : { mention };
}

type NumberedRule = { rule: Rule; number: number };

function matchingRules(data: TaskEvent['data'], rules: Rule[]): NumberedRule[] {
  const matching = rules
    .map((rule, index) => ({ rule, number: index + 1 }))
    .filter(({ rule }) => matches(rule.when, data));
  const last = matching.findIndex(({ rule }) => rule.stop);
  return last === -1 ? matching : matching.slice(0, last + 1);
}

function matches(when: Rule['when'], data: TaskEvent['data']): boolean {
  return (
    (when.outcome?.includes(data.outcome) ?? true) &&
    (when.instance_id === undefined || when.instance_id === data.instance_id) &&
    (when.profile === undefined || when.profile === data.profile) &&
    (when.task_type === undefined || when.task_type === data.task_type) &&
    (when.first_success === undefined || data.first_success === true) &&
    (when.label === undefined || (data.label !== undefined && matchesGlob(when.label, data.label)))
  );
}

function describeConditions({ when }: Rule): string {
  const words = [
    when.outcome && `outcome ${when.outcome.join(' or ')}`,
    when.label && `label ${when.label}`,
    when.instance_id && `gateway ${when.instance_id}`,
    when.profile && `profile ${when.profile}`,
    when.task_type && `type ${when.task_type}`,
    when.first_success && 'first success after a failure',
  ].filter(Boolean);
  return words.length === 0 ? 'every event' : words.join(', ');
}

/** Whether all of `text` matches `pattern`, in which `*` is any run and `?` any one character. Time: pattern × text at worst. */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resumeAt = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resumeAt = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      // The last star matches one character more, and the rest of the pattern is tried again behind it.
      p = star + 1;
      t = ++resumeAt;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}
