import { type TaskEvent, toTaskEvent } from '../functions/messages/task-event.ts';
import type { Outcome } from '../functions/names.ts';
import type { FailedApi, ImportedApi, ParsedResult, TaskResult } from '../functions/tasks/result.ts';

const COMPLETED_AT_MS = Date.parse('2026-11-24T14:02:31Z');
export const PUBLIC_URL = 'https://tasks.example.com';

/** A plain success with these changes. */
export function makeResult(changes: Partial<TaskResult> = {}): TaskResult {
  return {
    taskId: '5b8a4c0e7f7c4b6f9f5d6a1e2c3b4d5e',
    instanceId: 'e6a5871bfb5b47d19c5874790f639ef8',
    projectId: '73d69ae0cfcf460190522d06b60f05ad',
    profile: 'default',
    label: 'orders-prod',
    outcome: 'succeeded',
    taskType: 'import_api',
    taskStatus: 'success',
    registeredAtMs: COMPLETED_AT_MS - 47_000,
    completedAtMs: COMPLETED_AT_MS,
    summary: { created: 12, updated: 3, failed: 0, ignored: 0, group_id: '9100ae3058fd49c78a1cb7ff5a4ff1d0' },
    result: { kind: 'import', success: imported(15), failure: [] },
    expiresAtS: COMPLETED_AT_MS / 1000 + 86_400,
    ...changes,
  };
}

/** The event of such a result. */
export function makeEvent(changes: Partial<TaskResult> = {}): TaskEvent {
  return toTaskEvent(makeResult(changes), { publicUrl: PUBLIC_URL });
}

function imported(count: number): ImportedApi[] {
  return Array.from({ length: count }, (_, index) => ({ id: `api${index}`, action: 'create' }));
}

const FAILURES: FailedApi[] = [
  {
    method: 'POST',
    path: '/orders/{order_id}/items',
    error_code: 'APIG.3201',
    error_msg: 'The request parameter name in the path is repeated',
  },
  {
    method: 'GET',
    path: '/orders',
    error_code: 'APIG.3202',
    error_msg: 'An API with the same path and method <GET> & match mode exists',
  },
  {
    method: 'DELETE',
    path: '/orders/*/items_archive',
    error_code: 'APIG.2011',
    error_msg: 'Parameter error, backend_type: expected HTTP, HTTP-VPC, FUNCTION or MOCK',
  },
  {
    method: 'PUT',
    path: '/customers/{customer_id}',
    error_code: 'APIG.3211',
    error_msg: 'The load balance channel does not exist',
  },
];

export const PARTIAL: Partial<TaskResult> = {
  outcome: 'partially_succeeded',
  summary: { created: 12, updated: 3, failed: 4, ignored: 0, group_id: '9100ae3058fd49c78a1cb7ff5a4ff1d0' },
  result: { kind: 'import', success: imported(15), failure: FAILURES },
};

const INVALID_FILE = 'The definition file is not valid OpenAPI: paths./invoices.get.responses is required';

export const FAILED: Partial<TaskResult> = {
  outcome: 'failed',
  label: 'billing-prod',
  taskStatus: 'failed',
  summary: {},
  result: { kind: 'failure', error_code: 'APIG.3404', error_msg: INVALID_FILE },
  error: { code: 'APIG.3404', message: INVALID_FILE },
};

export const EXPORTED: Partial<TaskResult> = {
  taskType: 'export_api',
  label: 'nightly-backup',
  summary: { file_name: 'orders_release_20261124.json', size_bytes: 184_213 },
  result: { kind: 'export', file_name: 'orders_release_20261124.json', file_type: '.json' } satisfies ParsedResult,
};

export const EXPIRED: Partial<TaskResult> = {
  outcome: 'expired',
  label: 'customers-staging',
  summary: {},
  result: { kind: 'none' },
  error: { code: 'TIMEOUT', message: 'The task was still processing when its deadline passed' },
};

/** A batch of every kind, with ids that differ. */
export function makeBatch(): TaskEvent[] {
  const changes: Partial<TaskResult>[] = [
    { label: 'search-prod' },
    EXPORTED,
    PARTIAL,
    { label: 'users-prod', summary: { created: 0, updated: 9, failed: 0 } },
    FAILED,
    EXPIRED,
    { label: 'catalog-prod', summary: { created: 41, updated: 0, failed: 0 } },
    { label: 'carts-prod' },
  ];
  return changes.map((change, index) =>
    makeEvent({ ...change, taskId: `5b8a4c0e7f7c4b6f9f5d6a1e2c3b4d${50 + index}` }),
  );
}

/** The outcome alone. */
export function withOutcome(outcome: Outcome, changes: Partial<TaskResult> = {}): TaskEvent {
  return makeEvent({ outcome, ...changes });
}
