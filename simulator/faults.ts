import { newId } from './identifier.ts';
import type { Route, RouteName } from './route.ts';

/** What goes wrong. `latency` delays and then goes on; `truncated` answers properly but breaks off half-way. */
export type Fault =
  | { kind: 'error'; status: number; code?: string; message?: string; retryAfterS?: number }
  | { kind: 'latency'; ms: number }
  /** No answer ever; the connection stays open. */
  | { kind: 'hang' }
  /** The connection is reset (RST). */
  | { kind: 'reset' }
  | { kind: 'truncated' }
  /** 200 with something that is not JSON; default an HTML page. */
  | { kind: 'not_json'; body?: string }
  /** 200 with a JSON body of this many bytes, inside `task_result`. */
  | { kind: 'huge'; bytes: number };

/** Which requests a fault is for; nothing named = all. */
type Match = { route?: RouteName; taskId?: string; projectId?: string };

export type FaultRule = {
  fault: Fault;
  match?: Match;
  /** How many requests it hits; default every one, until it is removed. */
  times?: number;
};

type ActiveRule = FaultRule & { id: string; left: number };

/** Rules in the order they were set; the first that matches is used. */
export class Faults {
  private rules: ActiveRule[] = [];

  /** Returns the rule's id. */
  add(rule: FaultRule): string {
    const id = newId();
    this.rules.push({ ...rule, id, left: rule.times ?? Number.POSITIVE_INFINITY });
    return id;
  }

  /** False where there is no such rule any more. */
  remove(id: string): boolean {
    const before = this.rules.length;
    this.rules = this.rules.filter((rule) => rule.id !== id);
    return this.rules.length < before;
  }

  clear(): void {
    this.rules = [];
  }

  /** The fault for one request; it is used up by that. */
  take(target: Route): Fault | undefined {
    if (this.rules.length === 0) return undefined;
    const rule = this.rules.find(({ match }) => isMatch(match ?? {}, target));
    if (!rule) return undefined;
    rule.left--;
    if (rule.left <= 0) this.remove(rule.id);
    return rule.fault;
  }
}

function isMatch(match: Match, target: Route): boolean {
  return (
    (match.route === undefined || match.route === target.name) &&
    (match.taskId === undefined || match.taskId === target.taskId) &&
    (match.projectId === undefined || match.projectId === target.projectId)
  );
}
