import { describe, expect, it } from 'vitest';
import { MAX_EVENT_BYTES, toEventAttributes, toTaskEvent } from '../../functions/messages/task-event.ts';
import type { FailedApi, TaskResult } from '../../functions/tasks/result.ts';
import { expiredImport, failedImport, goodExport, partialImport } from '../../generate/sample-results.ts';

const importWith = (failure: FailedApi[], outcome: TaskResult['outcome'] = 'partially_succeeded'): TaskResult => ({
  ...partialImport,
  outcome,
  summary: { ...partialImport.summary, failed: failure.length },
  result: { kind: 'import', success: [], failure },
});
const failuresOfSize = (count: number, units: number): FailedApi[] =>
  Array.from({ length: count }, (_, n) => ({ method: 'GET', path: `/${n}`, error_msg: 'm'.repeat(units) }));
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const REFUSED = { method: 'GET', path: '/a', error_code: 'APIG.1005', error_msg: 'no permission' };

describe('toTaskEvent', () => {
  it('counts what was published, and says which permission publishing lacks', () => {
    const { data } = toTaskEvent({
      ...partialImport,
      summary: { created: 2, published: 1, unpublished: 1 },
      result: { kind: 'import', success: [], failure: [], published: 1, publish_failures: [REFUSED] },
    });
    expect(data).toMatchObject({ published: 1, summary: { published: 1, unpublished: 1 } });
    expect(data.failures).toEqual([{ ...REFUSED, help: expect.stringContaining('apig:api:batchOnlineOrOffline') }]);
    expect(toTaskEvent(partialImport).data).not.toHaveProperty('published');
  });

  it('is a CloudEvent with the attributes of the contract', () => {
    const { data, ...context } = toTaskEvent(partialImport, { publicUrl: 'https://tasks.example.com' });
    expect(context).toEqual({
      specversion: '1.0',
      id: `${partialImport.taskId}:partially_succeeded`,
      source: `/apig/${partialImport.projectId}/${partialImport.instanceId}`,
      type: 'apig.task.partially_succeeded',
      subject: partialImport.taskId,
      time: '2026-11-24T02:13:05.000Z',
      datacontenttype: 'application/json',
    });
    expect(data).toMatchObject({
      task_id: partialImport.taskId,
      profile: 'default',
      label: 'staging',
      task_type: 'import_api',
      outcome: 'partially_succeeded',
      summary: { created: 12, updated: 3, failed: 2 },
      result_url: `https://tasks.example.com/tasks/${partialImport.taskId}`,
    });
    expect(data.failures).toHaveLength(2);
    expect(data).not.toHaveProperty('truncated');
  });

  it('is equal at every repeat', () => {
    expect(toTaskEvent(failedImport)).toEqual(toTaskEvent(structuredClone(failedImport)));
  });

  it('leaves label and error out where there is none, and links by path without a public URL', () => {
    const { data } = toTaskEvent(goodExport);
    expect(data).not.toHaveProperty('label');
    expect(data).not.toHaveProperty('error');
    expect(data).not.toHaveProperty('failures');
    expect(data.result_url).toBe(`/tasks/${goodExport.taskId}`);
  });

  it('names the key that registered the task, if it has a name', () => {
    expect(toTaskEvent({ ...goodExport, registeredBy: 'ci-orders' }).data.registered_by).toBe('ci-orders');
    expect(toTaskEvent(goodExport).data).not.toHaveProperty('registered_by');
  });

  it('tolerates a public URL that ends in a slash', () => {
    const { data } = toTaskEvent(goodExport, { publicUrl: 'https://tasks.example.com/' });
    expect(data.result_url).toBe(`https://tasks.example.com/tasks/${goodExport.taskId}`);
  });

  it('calls a task unknown whose type Huawei never said', () => {
    const { taskType: _, ...never } = expiredImport;
    expect(toTaskEvent(never).data.task_type).toBe('unknown');
    expect(toEventAttributes(never)).toMatchObject({ task_type: 'unknown' });
  });

  it('says the error in wire names', () => {
    expect(toTaskEvent(failedImport).data.error).toEqual({
      code: 'APIG.3201',
      message: 'The API group name already exists',
      request_id: '8c3f0d6a1b2e4f5a',
      help: expect.stringContaining('is_create_group=false'),
    });
  });

  it('lists the first 20 failures, says that there are more, and counts all', () => {
    const { data } = toTaskEvent(importWith(failuresOfSize(21, 10)));
    expect(data.failures?.map(({ path }) => path)).toEqual(Array.from({ length: 20 }, (_, n) => `/${n}`));
    expect(data).toMatchObject({ truncated: true, summary: { failed: 21 } });
  });

  it.each(['succeeded', 'expired', 'not_found', 'rejected'] as const)(
    'lists no failures when the outcome is %s',
    (outcome) => {
      expect(toTaskEvent(importWith(failuresOfSize(2, 10), outcome)).data).not.toHaveProperty('failures');
    },
  );

  it('lists the failures that a stored result kept on its row', () => {
    const file = { location: 'x', media_type: 'application/json', size_bytes: 1, sha256: '00' };
    const stored: TaskResult = {
      ...importWith([]),
      summary: { failed: 90 },
      result: { kind: 'stored', kind_stored: 'import', file, failure: failuresOfSize(3, 5) },
    };
    expect(toTaskEvent(stored).data).toMatchObject({ truncated: true, summary: { failed: 90 } });
    expect(toTaskEvent(stored).data.failures).toHaveLength(3);
  });

  it('drops whole failures from the end until 64 KiB suffice', () => {
    const { data } = toTaskEvent(importWith(failuresOfSize(20, 5_000)));
    expect(data.failures).toHaveLength(12);
    expect(data.failures?.every(({ error_msg }) => error_msg?.length === 5_000)).toBe(true);
    expect(data).toMatchObject({ truncated: true, summary: { failed: 20 } });
  });

  it('counts bytes, not characters, and still cuts no message', () => {
    const failure = Array.from({ length: 20 }, () => ({ method: 'GET', path: '/', error_msg: 'é'.repeat(2_500) }));
    const { data } = toTaskEvent(importWith(failure));
    expect(data.failures).toHaveLength(12);
    expect(data.failures?.every(({ error_msg }) => error_msg?.length === 2_500)).toBe(true);
  });

  it('cuts long messages only when not even one failure fits whole', () => {
    const [huge] = failuresOfSize(1, 1_048_576);
    const event = toTaskEvent(importWith([huge ?? {}, ...failuresOfSize(3, 10)]));
    expect(event.data.failures).toHaveLength(4);
    expect(event.data.failures?.[0]?.error_msg).toMatch(/^m{4095}…$/);
    expect(event.data.truncated).toBe(true);
    expect(bytesOf(event)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
  });

  it('fills the 64 KiB to the byte without a mark', () => {
    const bare = bytesOf(toTaskEvent({ ...failedImport, error: { code: 'X', message: '' } }));
    const full = toTaskEvent({ ...failedImport, error: { code: 'X', message: 'm'.repeat(MAX_EVENT_BYTES - bare) } });
    expect(bytesOf(full)).toBe(MAX_EVENT_BYTES);
    expect(full.data).not.toHaveProperty('truncated');
    const over = toTaskEvent({
      ...failedImport,
      error: { code: 'X', message: 'm'.repeat(MAX_EVENT_BYTES - bare + 1) },
    });
    expect(over.data.truncated).toBe(true);
  });
});

describe('toEventAttributes', () => {
  it('has what filter policies ask for', () => {
    expect(toEventAttributes({ ...partialImport, callbackUrl: 'https://hooks.example.com' })).toEqual({
      outcome: 'partially_succeeded',
      task_type: 'import_api',
      instance_id: partialImport.instanceId,
      profile: 'default',
      label: 'staging',
      callback: 'true',
    });
  });

  it('leaves out what would be empty, which SNS refuses', () => {
    const attributes = toEventAttributes({ ...goodExport, label: ' \u0000 ' });
    expect(Object.keys(attributes)).toEqual(['outcome', 'task_type', 'instance_id', 'profile']);
  });
});
