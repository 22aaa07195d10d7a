import type { TaskResult } from '../../functions/tasks/result.ts';
import type { PendingTask } from '../../functions/tasks/task.ts';

export const NOW_MS = Date.UTC(2026, 10, 24, 12, 0, 0);

/** Ids as long as Huawei's, so that measured units are true to life. */
export function longId(seed: string): string {
  return seed.padEnd(32, '0');
}

export function aTask(changes: Partial<PendingTask> = {}): PendingTask {
  return {
    taskId: longId('task'),
    instanceId: longId('gateway'),
    projectId: longId('project'),
    profile: 'default',
    registeredAtMs: NOW_MS,
    deadlineAtMs: NOW_MS + 86_400_000,
    ...changes,
  };
}

const FAILURE = { method: 'POST', path: '/pets', error_code: 'APIG.3201', error_msg: 'The path is taken' };

export function aResult(changes: Partial<TaskResult> = {}): TaskResult {
  return {
    taskId: longId('task'),
    instanceId: longId('gateway'),
    projectId: longId('project'),
    profile: 'default',
    outcome: 'partially_succeeded',
    taskType: 'import_api',
    taskStatus: 'succeed',
    registeredAtMs: NOW_MS,
    completedAtMs: NOW_MS + 90_000,
    polls: 9,
    summary: { created: 1, updated: 0, failed: 1, group_id: longId('group') },
    firstFailure: FAILURE,
    result: {
      kind: 'import',
      group_id: longId('group'),
      success: [{ id: longId('api'), action: 'create', method: 'GET', path: '/pets' }],
      failure: [FAILURE],
    },
    expiresAtS: NOW_MS / 1000 + 2_592_000,
    ...changes,
  };
}
