import { describe, expect, it } from 'vitest';
import type { Registration } from '../../functions/http/request-schemas.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { boundError } from '../../functions/tasks/task.ts';
import { pendingTask } from '../support/fixtures.ts';
import { API_KEY, createApi, type Json, taskResult } from './support/api.ts';

/** Lambda's own limit on an answer, as the JSON that it is within. */
const MAX_BYTES = 6 * 1024 * 1024;
const IDS = Array.from({ length: 100 }, (_, index) => `t${index}`);
/** What grows most on its way: one byte in a row, six in JSON, seven in JSON within JSON. */
const WORST = '\u0001';

/** A final import whose result takes some `kilobytes` of its row. */
function imported(taskId: string, kilobytes: number): TaskResult {
  const api = {
    id: 'd9ce8c9eede54b3f841ec324fe0bfdc2',
    action: 'create',
    method: 'POST',
    path: `/v1/${'p'.repeat(920)}`,
  };
  const success = Array.from({ length: kilobytes }, () => api);
  return taskResult({ taskId, result: { kind: 'import', group_id: 'g1', success, failure: [] } });
}

/** The largest row that a listing may have to show. */
function worst(taskId: string): TaskResult {
  const text = WORST.repeat(1024);
  const reason = { reason: 'r'.repeat(200), at: '2026-11-24T12:00:43.000Z', attempts: 99, http_status: 500 };
  return taskResult({
    taskId,
    ...{ taskType: text, taskStatus: text, summary: { group_id: text, file_name: text } },
    ...{ label: '"'.repeat(128), profile: 'x'.repeat(64), callbackUrl: `https://${'h'.repeat(240)}.example/` },
    error: boundError({ code: text, message: text, requestId: text, httpStatus: 500 }),
    deliveries: Array.from({ length: 20 }, () => ({ channel: 'c'.repeat(64), status: 'failed' as const, ...reason })),
    result: { kind: 'raw', raw: WORST.repeat(250_000), reason: 'it is not JSON' },
  });
}

const repeatOf = ({ taskId, instanceId, projectId, profile }: TaskResult): Registration => ({
  ...{ task_id: taskId, instance_id: instanceId, project_id: projectId, profile },
});

async function answerTo(rows: Parameters<typeof createApi>[1], target: string, body?: object) {
  const { call, handler } = createApi({}, rows);
  const [rawPath = '', rawQueryString = ''] = target.split('?');
  const method = body === undefined ? 'GET' : 'POST';
  const reply = await call(method, target, body === undefined ? {} : { body });
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  const event = { rawPath, rawQueryString, headers, requestContext: { http: { method, path: rawPath } } };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const whole = await handler({ version: '2.0', ...event, ...sent, isBase64Encoded: false }, {} as never);
  return { reply, bytes: Buffer.byteLength(JSON.stringify(whole)) };
}

describe('an answer fits what Lambda may give', () => {
  it('to a batch of repeats, which leaves the result out of those that come after 1.5 MB of them', async () => {
    const results = IDS.map((taskId) => imported(taskId, 200));
    const { reply, bytes } = await answerTo({ results }, '/tasks/batch', { tasks: results.map(repeatOf) });
    expect(bytes).toBeLessThan(MAX_BYTES);
    const { tasks }: { tasks: Json[] } = reply.json();
    expect(new Set(tasks.map(({ status }) => status))).toEqual(new Set([200]));
    const whole = tasks.filter(({ task }) => task.result !== undefined);
    expect(whole).toEqual(tasks.slice(0, whole.length));
    expect(whole.length).toBeGreaterThan(3);
    expect(tasks.at(-1)?.task).toMatchObject({ state: 'final', outcome: 'succeeded', summary: { created: 1 } });
  });

  it('to a batch of repeats of usual size, with every result', async () => {
    const results = IDS.map((taskId) => imported(taskId, 10));
    const { reply } = await answerTo({ results }, '/tasks/batch', { tasks: results.map(repeatOf) });
    expect(reply.json().tasks.every(({ task }) => task.result !== undefined)).toBe(true);
  });

  it.each(['/tasks/t0', '/tasks?limit=100', '/tasks?state=final&limit=100'])(
    'to GET %s at the worst',
    async (target) => {
      expect((await answerTo({ results: IDS.map(worst) }, target)).bytes).toBeLessThan(MAX_BYTES);
      const lastError = boundError({ code: WORST.repeat(99), message: WORST.repeat(999), requestId: WORST.repeat(99) });
      const pending = IDS.map((taskId) => pendingTask({ taskId, label: '"'.repeat(128), lastError }));
      expect((await answerTo({ pending }, target)).bytes).toBeLessThan(MAX_BYTES);
    },
  );

  it('to a batch of repeats at the worst', async () => {
    const results = IDS.map(worst);
    const { bytes } = await answerTo({ results }, '/tasks/batch', { tasks: results.map(repeatOf) });
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it('to a registration that is nothing but one endless name', async () => {
    const name = '"'.repeat(500_000);
    for (const body of [{ [name]: 1 }, { tasks: [{ [name]: 1 }] }, { tasks: [{ task_id: name }] }]) {
      const { reply, bytes } = await answerTo({}, 'tasks' in body ? '/tasks/batch' : '/tasks', body);
      expect([400, 207]).toContain(reply.status);
      expect(bytes).toBeLessThan(10_000);
    }
  });
});
