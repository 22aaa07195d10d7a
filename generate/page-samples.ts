import type { TaskResult } from '../functions/tasks/result.ts';
import type { PendingTask } from '../functions/tasks/task.ts';
import { partialImport } from './sample-results.ts';

/** When the pictures of the page are taken, as they show it. */
export const NOW_MS = partialImport.completedAtMs + 4 * 60_000;

const MINUTE = 60_000;
const { instanceId, projectId, profile, expiresAtS } = partialImport;
const groupId = partialImport.summary.group_id ?? '';
const labels = ['staging', 'production', 'billing nightly', 'catalogue'];

/** A day of four labels, whose durations differ and repeat. */
const fine = Array.from({ length: 96 }, (_, i): TaskResult => {
  const completedAtMs = NOW_MS - (7 + i * 13) * MINUTE;
  const durationMs = (24 + ((i * 7) % 31) + (i % 23 === 4 ? 40 : 0)) * 1_000;
  return {
    ...{ instanceId, projectId, profile, expiresAtS, completedAtMs, registeredAtMs: completedAtMs - durationMs },
    taskId: `${(i * 7_919 + 4_096).toString(16)}c0ffee${'4d2b91e7f3'.repeat(3)}`.slice(0, 32),
    label: labels[i % 4] ?? '',
    outcome: 'succeeded',
    taskType: i % 4 === 2 ? 'export_api' : 'import_api',
    taskStatus: 'success',
    polls: 9,
    summary: i % 4 === 2 ? { file_name: 'billing-RELEASE', size_bytes: 48_213 } : { updated: 12, group_id: groupId },
    result: { kind: 'none' },
  };
});

const partial: TaskResult = {
  ...partialImport,
  registeredBy: 'ci-orders',
  polls: 9,
  ...(partialImport.result.kind === 'import' && { firstFailure: partialImport.result.failure[0] ?? {} }),
  answers: [
    { taskStatus: 'waiting', atMs: partialImport.registeredAtMs + 1_000 },
    { taskStatus: 'processing', atMs: partialImport.registeredAtMs + 9_000 },
  ],
  deliveries: [
    {
      channel: 'ops',
      status: 'delivered',
      at: new Date(partialImport.completedAtMs + 1_000).toISOString(),
      attempts: 1,
    },
  ],
};

const failed: TaskResult = {
  ...(fine[9] as TaskResult),
  taskId: 'f1e2d3c4b5a697887766554433221100',
  outcome: 'failed',
  taskType: 'import_api',
  summary: {},
  error: { code: 'APIG.3602', message: 'The imported file does not conform to the OpenAPI specification' },
};

/** What the pictures show, newest first. */
export const RESULTS: readonly TaskResult[] = [partial, ...fine.with(9, failed)];

const running = (label: string, sinceMs: number, taskId: string): PendingTask => ({
  ...{ instanceId, projectId, profile, taskId, label, status: 'processing', taskType: 'import_api' },
  registeredAtMs: NOW_MS - sinceMs,
  deadlineAtMs: NOW_MS - sinceMs + 86_400_000,
});

export const PENDING: readonly PendingTask[] = [
  running('catalogue', 21_000, '0b5a7cf2a7e94dd5b8b1a4f3f2d0c9e1'),
  running('production', 4 * MINUTE, '77aa5ce1c2b64b0f9f5e0d1c2b3a4958'),
];
