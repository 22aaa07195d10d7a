import { describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { getToken, requestToken, signGet, startTestSimulator, taskPath, tokenBody } from './client.ts';

describe('POST /v3/auth/tokens', () => {
  it('gives a token of realistic length that says when it ends, in microseconds', async () => {
    await using world = await startTestSimulator();
    const response = await requestToken(world.simulator);
    expect(response.status).toBe(201);
    expect(response.headers.get('X-Subject-Token')).toHaveLength(9_120);
    expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{32}$/);
    expect(await response.json()).toMatchObject({
      token: { expires_at: '2026-11-25T12:00:00.000000Z', project: { id: DEFAULT_ACCOUNT.projectId } },
    });
  });

  it('scopes a token by project name too', async () => {
    await using world = await startTestSimulator();
    const response = await requestToken(world.simulator, tokenBody({}, { name: DEFAULT_ACCOUNT.projectName }));
    expect(response.status).toBe(201);
  });

  it('gives one user a token for each of their projects', async () => {
    const { instanceId, ...account } = DEFAULT_ACCOUNT;
    const accounts = ['p1', 'p2'].map((projectId) => ({ ...account, projectId, instanceIds: [instanceId] }));
    await using world = await startTestSimulator({ accounts });
    const projectOf = async (id: string) =>
      (await (await requestToken(world.simulator, tokenBody({}, { id }))).json()) as object;
    expect(await projectOf('p1')).toMatchObject({ token: { project: { id: 'p1' } } });
    expect(await projectOf('p2')).toMatchObject({ token: { project: { id: 'p2' } } });
  });

  it('refuses a wrong password in the shape of IAM, not of APIG', async () => {
    await using world = await startTestSimulator();
    const response = await requestToken(world.simulator, tokenBody({ password: 'wrong' }));
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' },
    });
  });

  it.each([
    ['no body at all', null],
    ['no user name', tokenBody({ name: '' })],
    ['a scope that names no project', tokenBody({}, {})],
    ['a method that is not password', { auth: { identity: { methods: ['totp'] } } }],
  ])('answers 400 to %s', async (_, body) => {
    await using world = await startTestSimulator();
    expect((await requestToken(world.simulator, body)).status).toBe(400);
  });

  it('answers 401 to a project that the user cannot reach', async () => {
    await using world = await startTestSimulator();
    expect((await requestToken(world.simulator, tokenBody({}, { id: 'other' }))).status).toBe(401);
  });

  it('asks for JSON', async () => {
    await using world = await startTestSimulator();
    const response = await fetch(`${world.simulator.url}/v3/auth/tokens`, { method: 'POST', body: 'auth' });
    expect(response.status).toBe(415);
  });

  it('locks the user for 15 minutes after five wrong passwords, even for the right one', async () => {
    await using world = await startTestSimulator();
    for (let i = 0; i < 5; i++) await requestToken(world.simulator, tokenBody({ password: 'wrong' }));
    expect((await requestToken(world.simulator)).status).toBe(401);
    world.clock.advance(15 * 60_000 - 1);
    expect((await requestToken(world.simulator)).status).toBe(401);
    world.clock.advance(1);
    expect((await requestToken(world.simulator)).status).toBe(201);
  });

  it('forgets wrong passwords after a right one', async () => {
    await using world = await startTestSimulator();
    for (const password of ['a', 'b', 'c', 'd', DEFAULT_ACCOUNT.password, 'e']) {
      await requestToken(world.simulator, tokenBody({ password }));
    }
    expect((await requestToken(world.simulator)).status).toBe(201);
  });
});

describe('X-Auth-Token', () => {
  async function statusWith(token: string | undefined, world: Awaited<ReturnType<typeof startTestSimulator>>) {
    const taskId = world.control.addTask();
    const headers: Record<string, string> = token === undefined ? {} : { 'X-Auth-Token': token };
    const response = await fetch(world.simulator.url + taskPath(taskId), { headers });
    const body = (await response.json()) as { error_code?: string; error_msg?: string };
    return `${response.status} ${body.error_code ?? ''} ${body.error_msg ?? ''}`.trim();
  }
  const REFUSED = '401 APIGW.0301 Incorrect IAM authentication information:';

  it('lets a token in until it expires', async () => {
    await using world = await startTestSimulator({ tokenLifetimeMs: 60_000 });
    const token = await getToken(world.simulator);
    world.clock.advance(59_999);
    expect(await statusWith(token, world)).toBe('200');
    world.clock.advance(1);
    expect(await statusWith(token, world)).toBe(`${REFUSED} token expires`);
  });

  it('keeps older tokens good when a new one is issued', async () => {
    await using world = await startTestSimulator();
    const older = await getToken(world.simulator);
    await getToken(world.simulator);
    expect(await statusWith(older, world)).toBe('200');
  });

  it('refuses unknown, revoked and missing tokens', async () => {
    await using world = await startTestSimulator();
    const token = await getToken(world.simulator);
    world.control.revokeTokens();
    expect(await statusWith(token, world)).toBe(`${REFUSED} decrypt token fail`);
    expect(await statusWith('made-up', world)).toBe(`${REFUSED} decrypt token fail`);
    expect(await statusWith(undefined, world)).toBe(`${REFUSED} x-auth-token not found`);
  });

  it('gives a user without permission, or of another project, 403 APIG.1005', async () => {
    const { instanceId, ...account } = DEFAULT_ACCOUNT;
    const accounts = [{ ...account, instanceIds: [instanceId], permitted: false }];
    await using world = await startTestSimulator({ accounts });
    const token = await getToken(world.simulator);
    expect(await statusWith(token, world)).toBe('403 APIG.1005 No permissions to request this method');
  });
});

describe('GET /v3/projects', () => {
  const { instanceId, ...account } = DEFAULT_ACCOUNT;
  const inRegion = (projectName: string, projectId: string) => ({
    ...account,
    projectId,
    projectName,
    instanceIds: [instanceId],
  });
  const accounts = [
    inRegion('eu-west-101', 'p1'),
    inRegion('cn-north-4', 'p2'),
    { ...inRegion('cn-north-4', 'p3'), userName: 'other' },
  ];
  const projectsOf = async (url: string, headers: Record<string, string>) => {
    const response = await fetch(url, { headers });
    const body = (await response.json()) as { projects?: { id: string }[] };
    return body.projects?.map(({ id }) => id) ?? [response.status, body];
  };

  it('lists the projects of a user, or the one of a region', async () => {
    await using world = await startTestSimulator({ accounts });
    const token =
      (await requestToken(world.simulator, tokenBody({}, { id: 'p1' }))).headers.get('X-Subject-Token') ?? '';
    const url = `${world.simulator.url}/v3/projects`;
    expect(await projectsOf(url, { 'X-Auth-Token': token })).toEqual(['p1', 'p2']);
    expect(await projectsOf(`${url}?name=cn-north-4`, { 'X-Auth-Token': token })).toEqual(['p2']);
  });

  it('takes a signature, and refuses in the shape of IAM', async () => {
    await using world = await startTestSimulator({ accounts });
    const url = `${world.simulator.url}/v3/projects`;
    expect(await projectsOf(url, signGet(url, world.clock.nowMs))).toEqual(['p1', 'p2']);
    const refused = await projectsOf(url, signGet(url, world.clock.nowMs, { sk: 'wrong' }));
    expect(refused).toMatchObject([401, { error: { code: 401, title: 'Unauthorized' } }]);
  });
});
