import type { FailedApi, TaskResult } from '../functions/tasks/result.ts';

const COMPLETED_AT_MS = Date.parse('2026-11-24T02:13:05.000Z');

const identity = {
  instanceId: 'eddc4d25480b4cd6b512f270a1b8b341',
  projectId: '73d69ae0cfcf460190522d06b60f05ad',
  profile: 'default',
  registeredAtMs: COMPLETED_AT_MS - 65_000,
  completedAtMs: COMPLETED_AT_MS,
  expiresAtS: COMPLETED_AT_MS / 1_000 + 30 * 86_400,
  summary: {},
  result: { kind: 'none' },
} satisfies Partial<TaskResult>;

const groupId = '9100ae30f3f94a0d8b1d6a0b1ad4b5e6';

const failures: FailedApi[] = [
  { method: 'POST', path: '/orders', error_code: 'APIG.3202', error_msg: 'API already exists in another group' },
  {
    method: 'DELETE',
    path: '/orders/{id}',
    error_code: 'APIG.2011',
    error_msg: 'Invalid parameter value,parameterName:req_uri',
  },
];

/** An import of which two APIs failed. */
export const partialImport: TaskResult = {
  ...identity,
  taskId: 'ac6ee5e0ba6f4e0f8e1a1d2c3b4a5968',
  label: 'staging',
  outcome: 'partially_succeeded',
  taskType: 'import_api',
  taskStatus: 'succeed',
  summary: { created: 12, updated: 3, failed: 2, group_id: groupId },
  result: { kind: 'import', group_id: groupId, success: [], failure: failures },
};

/** An export that went well. */
export const goodExport: TaskResult = {
  ...identity,
  taskId: '5d0c1f6e2b7a4c8d9e0f1a2b3c4d5e6f',
  outcome: 'succeeded',
  taskType: 'export_api',
  taskStatus: 'succeed',
  summary: { file_name: 'orders-RELEASE-all-2026-11-24-02:13:04', size_bytes: 48_213 },
  result: { kind: 'export', file_name: 'orders-RELEASE-all-2026-11-24-02:13:04', file_type: '.json' },
};

/** An import that Huawei Cloud refused as a whole. */
export const failedImport: TaskResult = {
  ...identity,
  taskId: 'f1e2d3c4b5a697887766554433221100',
  label: 'production',
  outcome: 'failed',
  taskType: 'import_api',
  taskStatus: 'failed',
  error: { code: 'APIG.3308', message: 'Request and path parameters do not match', requestId: '8c3f0d6a1b2e4f5a' },
  result: { kind: 'failure', error_code: 'APIG.3308', error_msg: 'Request and path parameters do not match' },
};

/** An import still unfinished when its deadline passed. */
export const expiredImport: TaskResult = {
  ...identity,
  taskId: '00112233445566778899aabbccddeeff',
  registeredAtMs: COMPLETED_AT_MS - 86_400_000,
  outcome: 'expired',
  taskType: 'import_api',
  taskStatus: 'processing',
  error: { code: 'DEADLINE', message: 'Huawei Cloud still said "processing" at the deadline' },
};

/** A burst that becomes a digest: three warnings, five that went well. */
export const burst: TaskResult[] = [
  ...[1, 2, 3, 4].map((n) => ({
    ...identity,
    taskId: `${n}${'0'.repeat(31)}`,
    label: `service-${n}`,
    outcome: 'succeeded' as const,
    taskType: 'import_api',
    summary: { created: n * 4, updated: n - 1, failed: 0, group_id: groupId },
  })),
  failedImport,
  goodExport,
  partialImport,
  expiredImport,
];
