import type { TaskEvent } from '../../messages/task-event.ts';
import { matchesGlob } from './slack-glob.ts';
import type { SlackRouting, SlackRule } from './slack-routing.ts';

/** One channel that an event goes to. `because` is for people: `rule 2 (outcome failed, label prod-*)`. */
export type SlackRoute = { channel: string; because: string; mention?: string };

/**
 * Where an event goes. Rules are tried in order and every one that fits adds its channels, until one says `stop`;
 * the default is for what no rule fits. A channel named twice gets it once, with the first mention.
 * `only` names the one channel that a replay is for, whatever the rules say.
 */
export function routeEvent(event: TaskEvent, routing: SlackRouting, only?: string): SlackRoute[] {
  const routes = routeByRules(event, routing);
  if (only === undefined) return routes;
  const mention = routes.find(({ channel }) => channel === only)?.mention;
  return [{ channel: only, because: 'it was asked for by name', ...(mention === undefined ? {} : { mention }) }];
}

function routeByRules(event: TaskEvent, routing: SlackRouting): SlackRoute[] {
  const fitting = fittingRules(event, routing.rules);
  if (fitting.length === 0)
    return [...new Set(routing.default)].map((channel) => ({ channel, because: 'the default: no rule fits' }));
  const routes = new Map<string, SlackRoute>();
  for (const { rule, number } of fitting) {
    const because = `rule ${number} (${describeConditions(rule)})`;
    for (const channel of rule.channels) mergeRoute(routes, { channel, because, ...pickMention(rule) });
  }
  return [...routes.values()];
}

function mergeRoute(routes: Map<string, SlackRoute>, route: SlackRoute): void {
  const known = routes.get(route.channel);
  routes.set(route.channel, known === undefined ? route : { ...route, ...known });
}

function pickMention({ mention }: SlackRule): { mention?: string } {
  return mention === undefined ? {} : { mention };
}

type NumberedRule = { rule: SlackRule; number: number };

function fittingRules(event: TaskEvent, rules: SlackRule[]): NumberedRule[] {
  const fitting = rules
    .map((rule, index) => ({ rule, number: index + 1 }))
    .filter(({ rule }) => fits(rule.when, event.data));
  const last = fitting.findIndex(({ rule }) => rule.stop);
  return last === -1 ? fitting : fitting.slice(0, last + 1);
}

function fits(when: SlackRule['when'], data: TaskEvent['data']): boolean {
  return (
    (when.outcome?.includes(data.outcome) ?? true) &&
    (when.instance_id === undefined || when.instance_id === data.instance_id) &&
    (when.profile === undefined || when.profile === data.profile) &&
    (when.label === undefined || (data.label !== undefined && matchesGlob(when.label, data.label)))
  );
}

function describeConditions({ when }: SlackRule): string {
  const words = [
    when.outcome && `outcome ${when.outcome.join(' or ')}`,
    when.label && `label ${when.label}`,
    when.instance_id && `gateway ${when.instance_id}`,
    when.profile && `profile ${when.profile}`,
  ].filter(Boolean);
  return words.length === 0 ? 'every event' : words.join(', ');
}
