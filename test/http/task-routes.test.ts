import { describe, expect, it } from 'vitest';
import type { ParsedResult } from '../../functions/tasks/result.ts';
import { pendingTask, START_MS } from '../support/fixtures.ts';
import { createApi, taskResult } from './support/api.ts';

const rows = { pending: [pendingTask({ taskId: 'p1' })], results: [taskResult({ taskId: 'f1' })] };

describe('GET /tasks/{task_id}?wait=', () => {
  it('answers when the task has ended, where requests can wait', async () => {
    const asked: unknown[] = [];
    const api = createApi(
      {
        untilEnd: async (taskId, timeoutMs) => {
          asked.push([taskId, timeoutMs]);
          api.results.rows.set(taskId, taskResult({ taskId }));
        },
      },
      rows,
    );
    const reply = await api.call('GET', '/tasks/p1?wait=30');
    expect([asked, reply.json().state]).toEqual([[['p1', 30_000]], 'final']);
  });

  it('answers at once where a waiting request would hold a function, and asks for another in two seconds', async () => {
    const reply = await createApi({}, rows).call('GET', '/tasks/p1?wait=60');
    expect([reply.json().state, reply.headers['retry-after']]).toEqual(['pending', '2']);
    expect((await createApi({}, rows).call('GET', '/tasks/f1?wait=60')).json().state).toBe('final');
  });

  it.each(['61', '-1', '1.5', 'x', ''])('refuses wait=%s', async (wait) => {
    expect((await createApi({}, rows).call('GET', `/tasks/p1?wait=${wait}`)).status).toBe(400);
  });
});

describe('what helps', () => {
  it('stands beside every failure of a partial import, and says what to do next', async () => {
    const failure = [{ method: 'GET', path: '/a', error_code: 'APIG.3202', error_msg: 'The API name already exists' }];
    const result = { kind: 'import', group_id: 'g1', success: [], failure } as const;
    const partial = taskResult({ outcome: 'partially_succeeded', result: result as unknown as ParsedResult });
    const body = (await createApi({}, { results: [partial] }).call('GET', '/tasks/f1')).json();
    expect(body.result.failure).toEqual([{ ...failure[0], help: expect.stringContaining('operationId') }]);
    expect(body.help).toContain('is_create_group=false and group_id=g1');
  });

  it('stands beside what could not be published, and beside the reason of a failed import', async () => {
    const publish_failures = [{ path: '/a', error_code: 'APIG.1005', error_msg: 'no permission' }];
    const result = { kind: 'import', success: [], failure: [], published: 0, publish_failures } as const;
    const ends = [
      taskResult({ taskId: 'f1', outcome: 'partially_succeeded', result: result as unknown as ParsedResult }),
      taskResult({ taskId: 'f2', outcome: 'failed', result: { kind: 'failure', error_code: 'APIG.3601' } }),
    ];
    const api = createApi({}, { results: ends });
    const [first, second] = [await api.call('GET', '/tasks/f1'), await api.call('GET', '/tasks/f2')];
    const help = expect.stringContaining('apig:api:batchOnlineOrOffline');
    expect(first.json().result.publish_failures).toEqual([{ ...publish_failures[0], help }]);
    expect(second.json().result).toMatchObject({ help: expect.stringContaining('3.1 down to 3.0') });
  });

  it('stands beside the error of a task, pending or final', async () => {
    const lastError = { code: 'APIG.1005', message: 'No permissions' };
    const pending = [pendingTask({ taskId: 'p1', lastError })];
    const results = [taskResult({ outcome: 'rejected', error: lastError })];
    const api = createApi({}, { pending, results });
    const errors = [
      (await api.call('GET', '/tasks/p1')).json().last_error,
      (await api.call('GET', '/tasks/f1')).json().error,
    ];
    for (const error of errors) expect(error).toMatchObject({ help: expect.stringContaining('apig:asyncTask:get') });
  });
});

describe('GET /tasks/{task_id}', () => {
  it('shows a pending task with its next poll and its last error', async () => {
    const lastError = { code: 'APIG.9999', message: 'System error', requestId: 'r1', httpStatus: 500 };
    const task = pendingTask({ taskId: 'p1', status: 'processing', lastError });
    const reply = await createApi({}, { pending: [task] }).call('GET', '/tasks/p1');
    const body = reply.json();
    expect(Number(reply.headers['retry-after'])).toBe(
      Math.max(1, Math.ceil((Date.parse(body.next_poll_at) - START_MS) / 1000)),
    );
    expect(body).toMatchObject({
      state: 'pending',
      status: 'processing',
      last_error: { code: 'APIG.9999', message: 'System error', request_id: 'r1', http_status: 500 },
    });
    expect(Date.parse(body.next_poll_at)).toBeGreaterThanOrEqual(START_MS);
  });

  it('shows a final task with its whole result', async () => {
    const deliveries = [
      {
        channel: 'webhook',
        status: 'gone',
        at: new Date(START_MS).toISOString(),
        attempts: 3,
        http_status: 410,
      } as const,
    ];
    const result = taskResult({ deliveries, error: { code: 'APIG.3093', message: 'gone' } });
    const reply = await createApi({}, { results: [result] }).call('GET', '/tasks/f1');
    const body = reply.json();
    expect(reply.headers).not.toHaveProperty('retry-after');
    expect(body).toMatchObject({
      state: 'final',
      outcome: 'succeeded',
      task_type: 'import_api',
      task_status: 'succeed',
      summary: { created: 1 },
      result: { kind: 'import', success: [{ id: 'a', action: 'create' }] },
      deliveries,
      error: { code: 'APIG.3093' },
    });
  });

  it.each<ParsedResult>([
    { kind: 'none' },
    { kind: 'failure', error_code: 'APIG.4242', error_msg: 'no', extra: { more: 1 } },
    { kind: 'raw', raw: '{', reason: 'not JSON', extra: { note: 'unknown' } },
    { kind: 'import', success: [], failure: [{ path: '/x', odd: [1] }], ignore: [{}], swagger: { id: 's' }, extra: {} },
  ])('shows a result of kind $kind as it is', async (result) => {
    const body = (await createApi({}, { results: [taskResult({ result })] }).call('GET', '/tasks/f1')).json();
    expect(body.result).toEqual(result);
  });

  it('shows where an exported document is, and not where it is stored', async () => {
    const file = { location: 'exports/f1/a.json', media_type: 'application/json', size_bytes: 2, sha256: 'ab' };
    const result = taskResult({ result: { kind: 'export', file_name: 'a', file_type: '.json', file } });
    const reply = await createApi({}, { results: [result] }).call('GET', '/tasks/f1');
    expect(reply.json().result).toEqual({
      kind: 'export',
      file_name: 'a',
      file_type: '.json',
      media_type: 'application/json',
      size_bytes: 2,
      sha256: 'ab',
      definition_url: '/tasks/f1/definition',
    });
  });

  it('shows a result whose callback is no URL, without an origin', async () => {
    const { call } = createApi({}, { results: [taskResult({ callbackUrl: 'ci.example.com' })] });
    const reply = await call('GET', '/tasks/f1');
    expect(reply.status).toBe(200);
    expect(reply.json()).not.toHaveProperty('callback_origin');
  });

  it('calls a task that is settling final', async () => {
    const both = { pending: [pendingTask({ taskId: 'x' })], results: [taskResult({ taskId: 'x' })] };
    expect((await createApi({}, both).call('GET', '/tasks/x')).json().state).toBe('final');
  });

  it('finds a task that settles between its two reads', async () => {
    const { results: store } = createApi({}, rows);
    let reads = 0;
    const results = { ...store, get: async (id: string) => (reads++ === 0 ? undefined : store.get(id)) };
    expect((await createApi({ results }).call('GET', '/tasks/f1')).json().state).toBe('final');
  });

  it('answers 404 for a task it does not know, and 400 for what cannot be an id', async () => {
    const { call } = createApi({}, rows);
    expect((await call('GET', '/tasks/nobody')).status).toBe(404);
    expect((await call('GET', '/tasks/a%20b')).json().errors).toMatchObject([{ parameter: 'task_id' }]);
    expect((await call('GET', '/tasks/p1?x=1')).json().errors).toMatchObject([{ parameter: 'x' }]);
  });
});

describe('a result in the file store', () => {
  const inner: ParsedResult = { kind: 'import', success: [{ id: 'ä' }], failure: [{ path: '/x' }] };
  const stored = async (size?: number) => {
    const { files } = createApi();
    const file = await files.put('results/f1', JSON.stringify(inner), 'application/json');
    const ref = { ...file, size_bytes: size ?? file.size_bytes };
    return { files, result: taskResult({ result: { kind: 'stored', kind_stored: 'import', file: ref, failure: [] } }) };
  };

  it('is put back in its place', async () => {
    const { files, result } = await stored();
    const body = (await createApi({ files }, { results: [result] }).call('GET', '/tasks/f1')).json();
    expect(body.result).toEqual(inner);
  });

  it('stays out when it is larger than an answer, with an address to fetch it from', async () => {
    const { files, result } = await stored(9_000_000);
    const presign = async () => 'https://bucket.example.com/results/f1?signature';
    const api = createApi({ files: { ...files, presign } }, { results: [result] });
    expect((await api.call('GET', '/tasks/f1')).json().result).toMatchObject({
      kind: 'stored',
      kind_stored: 'import',
      size_bytes: 9_000_000,
      download_url: 'https://bucket.example.com/results/f1?signature',
    });
  });

  it('is put back whatever its size where answers have no limit', async () => {
    const { files, result } = await stored(9_000_000);
    const body = (await createApi({ files, canStream: true }, { results: [result] }).call('GET', '/tasks/f1')).json();
    expect(body.result).toEqual(inner);
  });

  it('is described by what is left when its file is gone', async () => {
    const { result } = await stored();
    const body = (await createApi({}, { results: [result] }).call('GET', '/tasks/f1')).json();
    expect(body.result).toMatchObject({ kind: 'stored', kind_stored: 'import', failure: [] });
    expect(body.result).not.toHaveProperty('file');
  });
});

describe('DELETE /tasks/{task_id}', () => {
  it('stops watching a pending task', async () => {
    const { call, pending } = createApi({}, rows);
    const reply = await call('DELETE', '/tasks/p1');
    expect(reply.status).toBe(204);
    expect(pending.rows.size).toBe(0);
    expect((await call('DELETE', '/tasks/p1')).status).toBe(404);
  });

  it('refuses a final task, and one that is settling', async () => {
    const both = { pending: [pendingTask({ taskId: 'x' })], results: [taskResult({ taskId: 'x' })] };
    const { call, pending } = createApi({}, both);
    const reply = await call('DELETE', '/tasks/x');
    expect(reply.status).toBe(409);
    expect(reply.json().type).toContain('task-already-final');
    expect(pending.rows.size).toBe(1);
  });
});

describe('POST /tasks/{task_id}/notifications', () => {
  it('publishes again under the same event id', async () => {
    const { call, republished } = createApi({}, rows);
    const reply = await call('POST', '/tasks/f1/notifications');
    expect(reply.status).toBe(202);
    expect(reply.json()).toEqual({ task_id: 'f1', event_id: 'f1:succeeded' });
    expect(republished).toEqual([{ taskId: 'f1', channel: undefined }]);
  });

  it('can name one channel', async () => {
    const { call, republished } = createApi({}, rows);
    const reply = await call('POST', '/tasks/f1/notifications', { body: { channel: 'ops' } });
    expect(reply.json()).toMatchObject({ channel: 'ops' });
    expect(republished).toEqual([{ taskId: 'f1', channel: 'ops' }]);
  });

  const refusals: [string, Parameters<typeof createApi>[0], string, number, string][] = [
    ['webhook for a task without one', {}, 'webhook', 409, 'Task "f1" has no callback_url.'],
    ['webhook where webhooks are off', { areWebhooksOff: true }, 'webhook', 400, 'which are off in this deployment'],
    ['a channel where channels are off', { channels: [] }, 'ops', 400, 'channels are off in this deployment'],
    [
      'a channel that is not there',
      { channels: ['dev'] },
      'ops',
      400,
      'not a known channel. Known channels: dev, webhook.',
    ],
  ];
  it.each(refusals)('refuses %s', async (_, deps, channel, status, detail) => {
    const { call, republished } = createApi(deps, rows);
    const reply = await call('POST', '/tasks/f1/notifications', { body: { channel } });
    expect([reply.status, reply.json().detail]).toEqual([status, expect.stringContaining(detail)]);
    expect(republished).toEqual([]);
  });

  it('sends the webhook of a task that has one, and to a channel that is known', async () => {
    const results = [taskResult({ taskId: 'f1', callbackUrl: 'https://hooks.example.com/' })];
    const { call, republished } = createApi({ channels: ['ops'] }, { results });
    for (const channel of ['webhook', 'ops']) {
      expect((await call('POST', '/tasks/f1/notifications', { body: { channel } })).status).toBe(202);
    }
    expect(republished.map(({ channel }) => channel)).toEqual(['webhook', 'ops']);
  });

  it.each([
    ['p1', 409, undefined],
    ['nobody', 404, undefined],
    ['f1', 400, { channel: 'a b' }],
    ['f1', 400, { chanel: 'ops' }],
    ['f1', 400, []],
  ])('%s: %i', async (id, status, body) => {
    const { call, republished } = createApi({}, rows);
    expect((await call('POST', `/tasks/${id}/notifications`, { body })).status).toBe(status);
    expect(republished).toEqual([]);
  });
});
