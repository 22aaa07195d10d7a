import type { TaskEvent } from '../messages/task-event.ts';
import { type Channel, type Router, WEBHOOK_CHANNEL } from './channel.ts';
import type { Routing, Rule } from './routing.ts';

/** One channel that an event goes to, by name. `because` is for people: `rule 2 (outcome failed, label prod-*)`. */
export type Route = { channel: string; because: string; mention?: string };

/** Routes by the rules of the secret to its channels; replays for webhooks are left to their own queue. */
export function createRuleRouter(routing: Routing, channels: ReadonlyMap<string, Channel>): Router {
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

const UNKNOWN_CHANNEL = 'it names a channel that the Slack secret does not have';

/**
 * Where an event goes. Rules are tried in order and every matching one adds its channels, until one has `stop`;
 * the default is for events that match no rule. A channel named twice gets the event once, with the first mention.
 * `only` names the one channel that a replay is for, whatever the rules say.
 */
export function routeEvent(event: TaskEvent, routing: Routing, only?: string): Route[] {
  const routes = routeByRules(event, routing);
  if (only === undefined) return routes;
  const mention = routes.find(({ channel }) => channel === only)?.mention;
  return [{ channel: only, because: 'it was requested by name', ...(mention === undefined ? {} : { mention }) }];
}

function routeByRules(event: TaskEvent, routing: Routing): Route[] {
  const matching = matchingRules(event, routing.rules);
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

function matchingRules(event: TaskEvent, rules: Rule[]): NumberedRule[] {
  const matching = rules
    .map((rule, index) => ({ rule, number: index + 1 }))
    .filter(({ rule }) => matches(rule.when, event.data));
  const last = matching.findIndex(({ rule }) => rule.stop);
  return last === -1 ? matching : matching.slice(0, last + 1);
}

function matches(when: Rule['when'], data: TaskEvent['data']): boolean {
  return (
    (when.outcome?.includes(data.outcome) ?? true) &&
    (when.instance_id === undefined || when.instance_id === data.instance_id) &&
    (when.profile === undefined || when.profile === data.profile) &&
    (when.label === undefined || (data.label !== undefined && matchesGlob(when.label, data.label)))
  );
}

function describeConditions({ when }: Rule): string {
  const words = [
    when.outcome && `outcome ${when.outcome.join(' or ')}`,
    when.label && `label ${when.label}`,
    when.instance_id && `gateway ${when.instance_id}`,
    when.profile && `profile ${when.profile}`,
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
