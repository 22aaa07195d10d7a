import { canWatchAgain, type TaskResult } from '../tasks/result.ts';
import type { PendingTask, TaskIdentity } from '../tasks/task.ts';
import { HttpProblem } from './problem.ts';

/** What a repeated registration must agree on, in the names of the wire. */
const FIELDS = { instance_id: 'instanceId', project_id: 'projectId', profile: 'profile' } as const;

/** Who a request says that the task is, as far as it says it. */
export type Wanted = Partial<TaskIdentity> & { taskId: string };

/** Passes a registration that is the existing one again; 409 that names each field that differs and what is registered. */
export function requireSame(wanted: Wanted, existing: PendingTask | TaskResult): void {
  const differing = Object.entries(FIELDS).flatMap(([name, key]) => {
    const asked = wanted[key];
    return asked === undefined || asked === existing[key] ? [] : [{ name, asked, registered: existing[key] }];
  });
  if (differing.length === 0) return;
  const words = differing.map(({ name, asked, registered }) => `${name} "${registered}" (this request: "${asked}")`);
  throw new HttpProblem(
    409,
    `Task "${wanted.taskId}" is already registered with ${words.join(' and ')}. ${wayOut(existing)}`,
    {
      kind: 'conflicting-registration',
      errors: differing.map(({ name, registered }) => ({
        pointer: `#/${name}`,
        detail: `is registered as "${registered}"`,
      })),
    },
  );
}

function wayOut(existing: PendingTask | TaskResult): string {
  const path = `/tasks/${existing.taskId}`;
  if (!('outcome' in existing)) return `To change it, send DELETE ${path} first.`;
  if (canWatchAgain(existing.outcome)) return `To watch it again with other values, send POST ${path}/watch.`;
  return `It ended as ${existing.outcome}: GET ${path}.`;
}
