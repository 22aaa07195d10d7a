import { WEBHOOK_CHANNEL } from '../../channels/channel.ts';
import type { TaskResult } from '../../tasks/result.ts';
import { viewFinal, viewPending } from '../task-view.ts';

const START_MS = Date.UTC(2026, 10, 24, 12, 0, 0);
const DAY_MS = 86_400_000;

const identity = {
  taskId: 'd9ce8c9eede54b3f841ec324fe0bfdc2',
  instanceId: 'e5a1c0d95b5f4b4c8f7c6e9ab02c1d3f',
  projectId: '73d69ae0cfcf460190522d06b60f05ad',
  profile: 'default',
  label: 'orders 1.12',
  registeredAtMs: START_MS,
};
const GROUP = '9100ae30f2d84b7f8c1f1e4a3a3d6b5e';
const created = { id: '5f918d104dc84480a75166ba99efff21', action: 'create', method: 'GET', path: '/orders' };
const failed = { method: 'POST', path: '/orders', error_code: 'APIG.2011', error_msg: 'Parameter error' };

const end = (rest: Pick<TaskResult, 'outcome'> & Partial<TaskResult>) => ({
  value: viewFinal({
    ...identity,
    completedAtMs: START_MS + 42_000,
    polls: 7,
    summary: {},
    result: { kind: 'none' },
    expiresAtS: (START_MS + 90 * DAY_MS) / 1000,
    ...rest,
  }),
});

const importEnd = { taskType: 'import_api', taskStatus: 'succeed' };

/** A task while it is pending, and one for each outcome, as the API shows them. */
export const TASK_EXAMPLES = {
  pending: {
    value: viewPending({ ...identity, status: 'processing', deadlineAtMs: START_MS + DAY_MS }, START_MS + 15_000),
  },
  succeeded: end({
    ...importEnd,
    outcome: 'succeeded',
    summary: { created: 1, updated: 0, failed: 0, group_id: GROUP },
    result: { kind: 'import', group_id: GROUP, success: [created], failure: [] },
  }),
  exported: end({
    taskType: 'export_api',
    taskStatus: 'succeed',
    outcome: 'succeeded',
    summary: { file_name: 'orders', size_bytes: 18_211 },
    result: {
      kind: 'export',
      file_name: 'orders',
      file_type: '.json',
      file: { location: '', media_type: 'application/json', size_bytes: 18_211, sha256: '9f86d081…' },
    },
  }),
  partially_succeeded: end({
    ...importEnd,
    outcome: 'partially_succeeded',
    summary: { created: 1, updated: 0, failed: 1, group_id: GROUP },
    result: { kind: 'import', group_id: GROUP, success: [created], failure: [failed] },
    deliveries: [
      { channel: WEBHOOK_CHANNEL, status: 'delivered', at: '2026-11-24T12:00:43.000Z', attempts: 1, http_status: 200 },
    ],
  }),
  failed: end({
    ...importEnd,
    taskStatus: 'failed',
    outcome: 'failed',
    error: { code: 'APIG.3202', message: 'The API group does not exist' },
    result: { kind: 'failure', error_code: 'APIG.3202', error_msg: 'The API group does not exist' },
  }),
  expired: end({
    outcome: 'expired',
    completedAtMs: START_MS + DAY_MS,
    taskType: 'import_api',
    taskStatus: 'processing',
  }),
  not_found: end({
    outcome: 'not_found',
    completedAtMs: START_MS + 300_000,
    error: { code: 'APIG.3093', message: 'The task does not exist', httpStatus: 404 },
  }),
  rejected: end({
    outcome: 'rejected',
    completedAtMs: START_MS + DAY_MS,
    error: { code: 'APIG.1005', message: 'You do not have permissions', requestId: '28f4a0b1', httpStatus: 403 },
  }),
};
