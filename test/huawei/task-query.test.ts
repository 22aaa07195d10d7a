import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Profiles, sortProfiles } from '../../functions/huawei/profiles.ts';
import { createHuaweiTaskQuery, type HuaweiTaskQueryOptions } from '../../functions/huawei/task-query.ts';
import { ConfigError } from '../../functions/tasks/errors.ts';
import { answerJson, manualClock, type Respond, startServer } from './loopback-server.ts';

const TASK = { taskId: 't1', instanceId: 'i1', projectId: 'p1', profile: 'main' };
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/huawei/${name}.json`, import.meta.url), 'utf8'));
const PROCESSING = fixture('200-import-processing');

/** A server that answers, and a query whose profile `main` goes there with a fixed token. */
async function startQuery(respond: Respond, options: Partial<HuaweiTaskQueryOptions> = {}) {
  const server = await startServer(respond);
  const profiles: Profiles = { main: { project_id: 'p1', auth_token: 'fixed-token', apig_endpoint: server.origin } };
  const query = createHuaweiTaskQuery({ profiles: async () => ({ profiles }), clock: manualClock(), ...options });
  return {
    query,
    server,
    async [Symbol.asyncDispose]() {
      await query.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const bodyOf = (body: string) => startQuery((_, response) => response.end(body));

describe('a poll', () => {
  test('asks for the task with the token', async () => {
    await using it = await startQuery((_, response) => answerJson(response, 200, PROCESSING));
    expect(await it.query.poll(TASK)).toStrictEqual({
      kind: 'pending',
      taskStatus: 'processing',
      taskType: 'import_api',
    });
    expect(it.server.received).toMatchObject([
      {
        method: 'GET',
        path: '/v2/p1/apigw/instances/i1/async-tasks/t1',
        headers: { 'x-auth-token': 'fixed-token', accept: 'application/json', 'user-agent': 'apig-task-notifier' },
      },
    ]);
  });

  test('encodes identifiers that registration would have refused', async () => {
    await using it = await startQuery((_, response) => answerJson(response, 200, PROCESSING));
    await it.query.poll({ ...TASK, taskId: 'a/../b?c d' });
    expect(it.server.received[0]?.path).toMatch(/async-tasks\/a%2F\.\.%2Fb%3Fc%20d$/);
  });

  test('reads a final result', async () => {
    await using it = await startQuery((_, response) => answerJson(response, 200, fixture('200-import-succeed')));
    expect(await it.query.poll(TASK)).toMatchObject({ kind: 'final', succeeded: true, result: { kind: 'import' } });
  });

  test('reads a document of 5 MB in many pieces, split inside a character', async () => {
    const Comment = 'ü€𝄞'.repeat(600_000);
    const body = Buffer.from(
      JSON.stringify({ task_status: 'succeed', task_type: 'export_api', task_result: JSON.stringify({ Comment }) }),
    );
    await using it = await startQuery((_, response) => {
      for (let at = 0; at < body.length; at += 65_537) response.write(body.subarray(at, at + 65_537));
      response.end();
    });
    expect(await it.query.poll(TASK)).toHaveProperty('result.content', Comment);
  });

  test('uses its connections again and again', async () => {
    await using it = await startQuery((_, response) => answerJson(response, 200, PROCESSING));
    for (let count = 0; count < 10; count++) await it.query.poll(TASK);
    // Two, as the next poll may start before undici has marked the socket as free.
    expect(it.server.connections()).toBeLessThanOrEqual(2);
  });

  test('opens no more connections than allowed', async () => {
    await using it = await startQuery((_, response) => answerJson(response, 200, PROCESSING), { connections: 3 });
    await Promise.all(Array.from({ length: 40 }, () => it.query.poll(TASK)));
    expect(it.server.received).toHaveLength(40);
    expect(it.server.connections()).toBeLessThanOrEqual(3);
  });
});

describe('an error answer', () => {
  test('is classified, with its request id and Retry-After', async () => {
    const headers = { 'X-Request-Id': 'r-1', 'Retry-After': '3' };
    const body = { error_code: 'APIGW.0308', error_msg: 'slow', request_id: 'r-2' };
    await using it = await startQuery((_, response) => answerJson(response, 429, body, headers));
    expect(await it.query.poll(TASK)).toStrictEqual({
      kind: 'fault',
      fault: {
        class: 'throttled',
        retryAfterMs: 3_000,
        error: { code: 'APIGW.0308', message: 'slow', requestId: 'r-1', httpStatus: 429 },
      },
    });
  });

  test('that a fixed token is refused is not followed by another request', async () => {
    await using it = await startQuery((_, response) => answerJson(response, 401, fixture('401-incorrect-token')));
    expect(await it.query.poll(TASK)).toMatchObject({ fault: { class: 'unauthenticated' } });
    expect(it.server.received).toHaveLength(1);
  });

  test.each([
    ['', 'the answer is empty'],
    ['<html>', 'the answer is not JSON'],
    ['[]', 'the answer is JSON, but not an object'],
    ['{}', 'the answer has no task_status'],
  ])('%j with status 200 is passing', async (body, message) => {
    await using it = await bodyOf(body);
    expect(await it.query.poll(TASK)).toStrictEqual({
      kind: 'fault',
      fault: { class: 'transient', error: { code: 'BAD_ANSWER', message, httpStatus: 200 } },
    });
  });

  test('with status 200 is believed to be an error', async () => {
    await using it = await bodyOf(JSON.stringify(fixture('404-task-does-not-exist')));
    expect(await it.query.poll(TASK)).toMatchObject({ fault: { class: 'not_found', error: { code: 'APIG.3093' } } });
  });
});

describe('a profile', () => {
  test('that does not exist, or is named like something every object has, is broken', async () => {
    await using it = await startQuery((_, response) => response.end());
    for (const profile of ['other', 'constructor', '__proto__']) {
      expect(await it.query.poll({ ...TASK, profile })).toMatchObject({
        fault: { class: 'unauthenticated', error: { code: 'UNKNOWN_PROFILE' } },
      });
    }
    expect(it.server.received).toHaveLength(0);
  });

  test('without endpoint or sign-in is broken', async () => {
    const profiles = {
      main: { project_id: 'p', auth_token: 't' },
      other: { project_id: 'p', region: 'cn-north-4' },
    };
    const query = createHuaweiTaskQuery({ profiles: async () => ({ profiles }), clock: manualClock() });
    for (const profile of ['main', 'other']) {
      expect(await query.poll({ ...TASK, profile })).toMatchObject({
        fault: { class: 'unauthenticated', error: { code: 'BAD_PROFILE' } },
      });
    }
    await query.close();
  });

  test('that is wrong says why, and takes nothing away from another one', async () => {
    await using server = await startServer((_, response) => answerJson(response, 200, PROCESSING));
    const main = { project_id: 'p', auth_token: 't', apig_endpoint: server.origin };
    const book = sortProfiles({ profiles: { main, other: { ...main, ak: 'AK' } } });
    const query = createHuaweiTaskQuery({ profiles: async () => book, clock: manualClock() });
    expect(await query.poll(TASK)).toMatchObject({ kind: 'pending' });
    expect(await query.poll({ ...TASK, profile: 'other' })).toMatchObject({
      fault: {
        class: 'unauthenticated',
        error: { code: 'BAD_PROFILE', message: expect.stringContaining('sk is missing') },
      },
    });
    await query.close();
  });

  test('is read again when its secret changes', async () => {
    await using server = await startServer((_, response) => answerJson(response, 200, PROCESSING));
    let auth_token = 'one';
    const main = () => ({ project_id: 'p', auth_token, apig_endpoint: server.origin });
    const query = createHuaweiTaskQuery({
      profiles: async () => ({ profiles: { main: main() } }),
      clock: manualClock(),
    });
    await query.poll(TASK);
    auth_token = 'two';
    await query.poll(TASK);
    await query.close();
    expect(server.received.map(({ headers }) => headers['x-auth-token'])).toStrictEqual(['one', 'two']);
  });

  test('cannot be read: a wrong secret breaks it, an unreachable one may pass', async () => {
    const failing = (error: Error) =>
      createHuaweiTaskQuery({ profiles: () => Promise.reject(error), clock: manualClock() });
    expect(await failing(new ConfigError(['x is missing'])).poll(TASK)).toMatchObject({
      fault: { class: 'unauthenticated', error: { code: 'BAD_PROFILES' } },
    });
    expect(await failing(new Error('no secret today')).poll(TASK)).toMatchObject({ fault: { class: 'transient' } });
  });
});
