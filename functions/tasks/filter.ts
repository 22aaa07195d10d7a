import type { Outcome } from '../names.ts';
import type { TaskResult } from './result.ts';
import type { PendingTask } from './task.ts';

/** What a listing is asked for: a task has to have all of it. */
export type TaskFilter = {
  instanceId?: string;
  profile?: string;
  /** Exactly this label; or, with `*` at its end, one that starts so. */
  label?: string;
  taskType?: string;
  /** Of an import or export, where it is known. */
  groupId?: string;
  /** Epoch milliseconds: a pending task was registered, a final one ended, at or after it. */
  sinceMs?: number;
};

/** Results have an outcome too: one of these. */
export type ResultFilter = TaskFilter & { outcomes?: readonly Outcome[] };

/** Whether a pending task is asked for. */
export function matchesPending(task: PendingTask, filter: TaskFilter): boolean {
  return matches({ ...task, groupId: task.started?.group_id, atMs: task.registeredAtMs }, filter);
}

/** Whether a final task is asked for. */
export function matchesResult(result: TaskResult, filter: ResultFilter): boolean {
  const isOutcome = filter.outcomes === undefined || filter.outcomes.includes(result.outcome);
  return isOutcome && matches({ ...result, groupId: result.summary.group_id, atMs: result.completedAtMs }, filter);
}

/** The start that a label is asked to have; undefined where it is to be exactly that. */
export function labelPrefix(label: string): string | undefined {
  return label.endsWith('*') ? label.slice(0, -1) : undefined;
}

type Filtered = Pick<PendingTask, 'instanceId' | 'profile' | 'label' | 'taskType'> & {
  groupId: string | undefined;
  atMs: number;
};

function matches(task: Filtered, filter: TaskFilter): boolean {
  const { label, sinceMs = Number.NEGATIVE_INFINITY } = filter;
  const isSame = (['instanceId', 'profile', 'taskType', 'groupId'] as const).every(
    (name) => filter[name] === undefined || filter[name] === task[name],
  );
  return isSame && task.atMs >= sinceMs && (label === undefined || matchesLabel(task.label, label));
}

function matchesLabel(label: string | undefined, wanted: string): boolean {
  const prefix = labelPrefix(wanted);
  return prefix === undefined ? label === wanted : (label ?? '').startsWith(prefix);
}
