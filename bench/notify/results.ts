import type { Outcome } from '../../functions/names.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 12);

/** The end number `index` of a busy night: nine of ten imports succeed, the tenth fails in part or altogether. */
export function resultOf(index: number): TaskResult {
  const outcome: Outcome = index % 20 === 0 ? 'failed' : index % 10 === 0 ? 'partially_succeeded' : 'succeeded';
  const failure = { method: 'POST', path: `/orders/${index}`, error_code: 'APIG.3201', error_msg: 'The path is taken' };
  const success = { id: `${index}`.padEnd(32, '0'), action: 'create', method: 'GET', path: `/orders/${index}` };
  return {
    taskId: `${index}-`.padEnd(32, '0'),
    instanceId: 'gateway'.padEnd(32, '0'),
    projectId: 'project'.padEnd(32, '0'),
    profile: 'default',
    label: `team-${index % 7}`,
    outcome,
    taskType: 'import_api',
    taskStatus: outcome === 'failed' ? 'failed' : 'succeed',
    registeredAtMs: NOW_MS - 90_000,
    completedAtMs: NOW_MS,
    polls: 7,
    summary: outcome === 'failed' ? {} : { created: 1, updated: 0, failed: outcome === 'succeeded' ? 0 : 1 },
    result:
      outcome === 'failed'
        ? { kind: 'failure', error_code: 'APIG.9999', error_msg: 'System error' }
        : { kind: 'import', success: [success], failure: outcome === 'succeeded' ? [] : [failure] },
    ...(outcome === 'failed' && { error: { code: 'APIG.9999', message: 'System error' } }),
    expiresAtS: NOW_MS / 1_000 + 2_592_000,
  };
}
