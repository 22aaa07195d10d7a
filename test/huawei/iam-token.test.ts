import { describe, expect, test } from 'vitest';
import type { Profiles } from '../../functions/huawei/profiles.ts';
import { createHuaweiTaskQuery } from '../../functions/huawei/task-query.ts';
import { answerJson, manualClock, type Received, type Respond, startServer } from './loopback-server.ts';

const TASK = { taskId: 't1', instanceId: 'i1', projectId: 'p1', profile: 'main' };
const MINUTE_MS = 60_000;
const LIFETIME_MS = 24 * 60 * MINUTE_MS;

/** IAM and a gateway on one origin; the gateway takes the last token that IAM gave. */
async function startCloud(overrides: { iam?: Respond; gateway?: Respond; lifetimeMs?: number } = {}) {
  const clock = manualClock();
  let issued = 0;
  let accepted = '';
  const issue: Respond = (_, response) => {
    issued += 1;
    accepted = `token-${issued}`;
    const expires_at = new Date(clock.now() + (overrides.lifetimeMs ?? LIFETIME_MS)).toISOString().replace('Z', '000Z');
    answerJson(response, 201, { token: { expires_at } }, { 'X-Subject-Token': accepted });
  };
  const check: Respond = ({ headers }, response) => {
    if (headers['x-auth-token'] === accepted) answerJson(response, 200, { task_status: 'waiting' });
    else answerJson(response, 401, { error_code: 'APIGW.0301', error_msg: 'decrypt token fail' });
  };
  const behaviour = { iam: overrides.iam ?? issue, gateway: overrides.gateway ?? check };
  const isIam = ({ path }: Received) => path.startsWith('/v3/auth/tokens');
  const server = await startServer((received, response) =>
    (isIam(received) ? behaviour.iam : behaviour.gateway)(received, response),
  );
  const login = { domain_name: 'domain', user_name: 'user', password: 'pass-1' };
  const main = { project_id: 'p1', ...login, apig_endpoint: server.origin, iam_endpoint: server.origin };
  const profiles: Profiles = { main };
  const query = createHuaweiTaskQuery({ profiles: async () => ({ profiles }), clock });
  return {
    clock,
    profiles,
    main,
    behaviour,
    issue,
    poll: (projectId = 'p1') => query.poll({ ...TASK, projectId }),
    pollUntil: (signal: AbortSignal) => query.poll(TASK, { signal }),
    revoke: () => {
      accepted = 'none';
    },
    signIns: () => server.received.filter(isIam),
    polls: () => server.received.filter((received) => !isIam(received)),
    async [Symbol.asyncDispose]() {
      await query.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const wrongPassword: Respond = (_, response) =>
  answerJson(response, 401, {
    error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' },
  });
const unauthenticated = (code: string) => ({ kind: 'fault', fault: { class: 'unauthenticated', error: { code } } });
const pending = { kind: 'pending', taskStatus: 'waiting' };

describe('a token', () => {
  test('is asked for as the documentation says', async () => {
    await using cloud = await startCloud();
    await cloud.poll();
    const [signIn] = cloud.signIns();
    expect(signIn).toMatchObject({ method: 'POST', path: '/v3/auth/tokens?nocatalog=true' });
    expect(signIn?.headers['content-type']).toBe('application/json;charset=utf8');
    expect(JSON.parse(signIn?.body ?? '')).toStrictEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { domain: { name: 'domain' }, name: 'user', password: 'pass-1' } },
        },
        scope: { project: { id: 'p1' } },
      },
    });
  });

  test('is shared by polls at the same time and later', async () => {
    await using cloud = await startCloud();
    const together = await Promise.all(Array.from({ length: 30 }, () => cloud.poll()));
    expect(together).toStrictEqual(Array.from({ length: 30 }, () => pending));
    cloud.clock.advance(20 * 60 * MINUTE_MS);
    expect(await cloud.poll()).toStrictEqual(pending);
    expect(cloud.signIns()).toHaveLength(1);
  });

  test('belongs to one project', async () => {
    await using cloud = await startCloud({
      gateway: (_, response) => answerJson(response, 200, { task_status: 'waiting' }),
    });
    await Promise.all([cloud.poll('p1'), cloud.poll('p2'), cloud.poll('p2')]);
    const scopes = cloud.signIns().map(({ body }) => JSON.parse(body).auth.scope.project.id);
    expect(scopes.sort()).toStrictEqual(['p1', 'p2']);
  });

  test('is renewed half an hour before its end, and a failure then does no harm', async () => {
    await using cloud = await startCloud();
    await cloud.poll();
    cloud.behaviour.iam = (_, response) => answerJson(response, 503, {});
    cloud.clock.advance(LIFETIME_MS - 29 * MINUTE_MS);
    expect(await cloud.poll()).toStrictEqual(pending);
    expect(await cloud.poll()).toStrictEqual(pending);
    expect(cloud.signIns()).toHaveLength(4);
    cloud.behaviour.iam = cloud.issue;
    cloud.clock.advance(MINUTE_MS);
    expect(await cloud.poll()).toStrictEqual(pending);
    expect(cloud.polls().at(-1)?.headers['x-auth-token']).toBe('token-2');
  });

  test('of a short life is renewed in the last tenth of it', async () => {
    await using cloud = await startCloud({ lifetimeMs: 10_000 });
    await cloud.poll();
    cloud.clock.advance(8_900);
    await cloud.poll();
    expect(cloud.signIns()).toHaveLength(1);
    cloud.clock.advance(200);
    await cloud.poll();
    expect(cloud.signIns()).toHaveLength(2);
  });

  test('that has already expired by our clock is used anyway', async () => {
    await using cloud = await startCloud({ lifetimeMs: -5 * MINUTE_MS });
    await cloud.poll();
    expect(await cloud.poll()).toStrictEqual(pending);
    expect(cloud.signIns()).toHaveLength(1);
  });
});

test.each([17_000, 40_000])('a token of %i characters, more than the 16 KiB of Node, is used', async (length) => {
  const token = `MII${'x'.repeat(length - 3)}`;
  await using cloud = await startCloud({
    iam: (_, response) => answerJson(response, 201, {}, { 'X-Subject-Token': token }),
    gateway: (_, response) => answerJson(response, 200, { task_status: 'waiting' }),
  });
  expect(await cloud.poll()).toStrictEqual(pending);
  expect(cloud.polls()[0]?.headers['x-auth-token']).toBe(token);
  expect(cloud.signIns()).toHaveLength(1);
});

describe('a 401 from the gateway', () => {
  test('renews the token once for all polls that had it, and each asks again', async () => {
    await using cloud = await startCloud();
    await cloud.poll();
    cloud.revoke();
    const polls = await Promise.all(Array.from({ length: 10 }, () => cloud.poll()));
    expect(polls).toStrictEqual(Array.from({ length: 10 }, () => pending));
    expect(cloud.signIns()).toHaveLength(2);
  });

  test('that goes on is reported after one renewal, and the next renewal comes a minute later', async () => {
    const gateway: Respond = (_, response) => answerJson(response, 401, { error_code: 'APIG.1002', error_msg: 'm' });
    await using cloud = await startCloud({ gateway });
    for (let count = 0; count < 5; count++) expect(await cloud.poll()).toMatchObject(unauthenticated('APIG.1002'));
    expect(cloud.signIns()).toHaveLength(2);
    expect(cloud.polls()).toHaveLength(6);
    cloud.clock.advance(MINUTE_MS);
    await cloud.poll();
    expect(cloud.signIns()).toHaveLength(3);
  });

  test('for lack of permission renews nothing', async () => {
    const gateway: Respond = (_, response) => answerJson(response, 401, { error_code: 'APIG.1005', error_msg: 'm' });
    await using cloud = await startCloud({ gateway });
    expect(await cloud.poll()).toMatchObject({ fault: { class: 'forbidden' } });
    expect(cloud.signIns()).toHaveLength(1);
  });
});

describe('a refused password', () => {
  test('is not tried again for 20 minutes, for no project, while the lock lasts 15', async () => {
    await using cloud = await startCloud({ iam: wrongPassword });
    for (const projectId of ['p1', 'p1', 'p2']) {
      expect(await cloud.poll(projectId)).toMatchObject(unauthenticated('IAM.401'));
    }
    cloud.clock.advance(19 * MINUTE_MS);
    await cloud.poll();
    expect(cloud.signIns()).toHaveLength(1);
    cloud.clock.advance(2 * MINUTE_MS);
    await cloud.poll();
    expect(cloud.signIns()).toHaveLength(2);
    expect(cloud.polls()).toHaveLength(0);
  });

  test('is the fault of one project where the same login works for its own project, which goes on', async () => {
    await using cloud = await startCloud();
    const { issue } = cloud;
    const projectOf = ({ body }: Received) => JSON.parse(body).auth.scope.project.id;
    cloud.behaviour.iam = (received, response) =>
      (projectOf(received) === 'typo' ? wrongPassword : issue)(received, response);
    for (let count = 0; count < 2; count += 1) {
      expect(await cloud.poll('typo')).toMatchObject({ ...unauthenticated('IAM.401'), fault: { isOfProject: true } });
      expect(await cloud.poll()).toStrictEqual(pending);
    }
    expect(cloud.signIns().map(projectOf)).toStrictEqual(['typo', 'p1']);
  });

  test('is forgotten when the profile changes, and only then', async () => {
    await using cloud = await startCloud({ iam: wrongPassword });
    await cloud.poll();
    cloud.behaviour.iam = cloud.issue;
    cloud.profiles.main = { ...cloud.main };
    expect(await cloud.poll()).toMatchObject(unauthenticated('IAM.401'));
    cloud.profiles.main = { ...cloud.main, password: 'pass-2' };
    expect(await cloud.poll()).toStrictEqual(pending);
    expect(cloud.signIns().map(({ body }) => JSON.parse(body).auth.identity.password.user.password)).toStrictEqual([
      'pass-1',
      'pass-2',
    ]);
  });

  test('appears in no fault', async () => {
    await using cloud = await startCloud({ iam: wrongPassword });
    expect(JSON.stringify(await cloud.poll())).not.toMatch(/pass-1/);
  });
});

describe('IAM', () => {
  test.each<[string, Respond, string, number]>([
    ['down', (_, response) => answerJson(response, 503, { error: { code: 503, message: 'm' } }), 'IAM.503', 3],
    ['slowing us down', (_, response) => answerJson(response, 429, {}), 'HTTP.429', 1],
    ['resetting the connection', (_, response) => response.destroy(), 'CONNECTION', 3],
    ['giving no token', (_, response) => answerJson(response, 201, {}), 'HTTP.201', 1],
  ])('%s breaks the profile, and is asked again after 5 seconds', async (_, iam, code, attempts) => {
    await using cloud = await startCloud({ iam });
    expect(await cloud.poll()).toMatchObject(unauthenticated(code));
    await cloud.poll();
    expect(cloud.signIns()).toHaveLength(attempts);
    cloud.behaviour.iam = cloud.issue;
    cloud.clock.advance(5_001);
    expect(await cloud.poll()).toStrictEqual(pending);
  });

  test('is asked again at once after a hiccup, which breaks nothing', async () => {
    await using cloud = await startCloud();
    const { issue } = cloud;
    let hiccups = 0;
    cloud.behaviour.iam = (request, response) => {
      hiccups += 1;
      return hiccups === 1 ? answerJson(response, 502, {}) : issue(request, response);
    };
    expect(await cloud.poll()).toStrictEqual(pending);
    expect(cloud.signIns()).toHaveLength(2);
  });

  test('is waited for as long as it asks', async () => {
    await using cloud = await startCloud({
      iam: (_, response) => answerJson(response, 429, {}, { 'Retry-After': '60' }),
    });
    expect(await cloud.poll()).toMatchObject({ fault: { class: 'unauthenticated', retryAfterMs: 60_000 } });
    cloud.clock.advance(59_000);
    await cloud.poll();
    expect(cloud.signIns()).toHaveLength(1);
  });

  test('goes on for the others when one poll is aborted', async () => {
    const arrived = Promise.withResolvers<() => void>();
    await using cloud = await startCloud();
    cloud.behaviour.iam = (received, response) => arrived.resolve(() => cloud.issue(received, response));
    const stop = new AbortController();
    const [aborted, other] = [cloud.pollUntil(stop.signal), cloud.poll()];
    const answer = await arrived.promise;
    stop.abort();
    expect(await aborted).toMatchObject({ fault: { class: 'transient', error: { code: 'ABORTED' } } });
    answer();
    expect(await other).toStrictEqual(pending);
    expect(cloud.signIns()).toHaveLength(1);
  });
});
