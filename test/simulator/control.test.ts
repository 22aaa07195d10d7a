import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../functions/huawei/profiles.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { DEFAULT_ACCOUNT, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { getTask, postExport, requestToken, signGet, startTestSimulator, taskPath, tokenBody } from './client.ts';

type World = Awaited<ReturnType<typeof startTestSimulator>>;

async function ask(world: World, what: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const [method = 'GET', path = ''] = what.split(' ');
  const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${world.simulator.url}/_control/${path}`, init);
  return { status: response.status, body: await response.json() };
}

describe('control route', () => {
  it.each(['', '/', '?x=1'])(
    'lists at /_control%s what it does, all of it described in docs/simulator.md',
    async (end) => {
      await using world = await startTestSimulator();
      const listed = await fetch(`${world.simulator.url}/_control${end}`);
      expect(listed.status).toBe(200);
      const { routes } = (await listed.json()) as { routes: string[] };
      const page = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
      expect(routes).toHaveLength(15);
      for (const route of routes) expect(route).toMatch(/^[A-Z]+ \/_control\/[a-z-]+(\/\{id\})?: \w/);
      for (const route of routes) expect(page).toContain(`\`${route.slice(0, route.indexOf(':'))}\``);
    },
  );

  it('adds a task, shows its state and forgets it', async () => {
    await using world = await startTestSimulator({ auth: false });
    const seed = { task_id: 't1', task_type: 'export_api', waiting_ms: 10, task_status: 'odd' };
    expect(await ask(world, 'POST tasks', seed)).toEqual({ status: 201, body: { task_id: 't1' } });
    await getTask(world.simulator, 't1');
    expect((await ask(world, 'GET tasks/t1')).body).toEqual({
      task_id: 't1',
      task_type: 'export_api',
      polls: 1,
      status: 'waiting',
    });
    await ask(world, 'DELETE tasks');
    expect((await ask(world, 'GET tasks/t1')).status).toBe(404);
  });

  it('forgets one task and leaves the others', async () => {
    await using world = await startTestSimulator();
    const [gone, kept] = [world.control.addTask(), world.control.addTask()];
    expect(await ask(world, `DELETE tasks/${gone}`)).toEqual({ status: 200, body: {} });
    expect([world.control.task(gone), world.control.task(kept)]).toMatchObject([undefined, { taskId: kept }]);
    expect(await ask(world, `DELETE tasks/${gone}`)).toEqual({ status: 404, body: { error: `no task ${gone}` } });
  });

  it('removes one fault and leaves the others', async () => {
    await using world = await startTestSimulator({ auth: false });
    const [first] = [500, 503].map((status) => world.control.setFault({ fault: { kind: 'error', status } }));
    expect(await ask(world, 'DELETE faults/nope')).toMatchObject({ status: 404 });
    expect(await ask(world, `DELETE faults/${first}`)).toEqual({ status: 200, body: {} });
    expect((await fetch(world.simulator.url + taskPath('x'))).status).toBe(503);
  });

  it('adds 200,000 tasks whose ends are spread evenly', async () => {
    await using world = await startTestSimulator({ auth: false });
    const bulk = { count: 200_000, prefix: 'b-', min_duration_ms: 1_000, max_duration_ms: 11_000 };
    expect(await ask(world, 'POST tasks', bulk)).toEqual({
      status: 201,
      body: { count: 200_000, first: 'b-00000000', last: 'b-00199999' },
    });
    world.clock.advance(6_000);
    const sample = Array.from({ length: 2_000 }, (_, i) => world.control.task(`b-${String(i * 97).padStart(8, '0')}`));
    const over = sample.filter((task) => task?.status === 'succeed').length;
    expect(over).toBeGreaterThan(900);
    expect(over).toBeLessThan(1_100);
    world.clock.advance(5_000);
    expect(await getTask(world.simulator, 'b-00199999')).toMatchObject({ task_status: 'succeed' });
  });

  it('sets and removes faults', async () => {
    await using world = await startTestSimulator({ auth: false });
    const rule = { fault: { kind: 'error', status: 429, retry_after_s: 3 }, match: { task_id: 't1' }, times: 5 };
    const { status, body } = await ask(world, 'POST faults', rule);
    expect(status).toBe(201);
    const response = await fetch(world.simulator.url + taskPath('t1'));
    expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '3']);
    await ask(world, `DELETE faults/${(body as { id: string }).id}`);
    expect((await fetch(world.simulator.url + taskPath('t1'))).status).toBe(404);
  });

  it('adds groups and sets and lifts the rate limit', async () => {
    await using world = await startTestSimulator({ auth: false });
    const { body } = await ask(world, 'POST groups', { name: 'more', apis: 3 });
    const { group_id } = body as { group_id: string };
    await ask(world, 'POST rate-limit', { per_second: 1 });
    const statuses = [await postExport(world.simulator, { group_id }), await postExport(world.simulator, { group_id })];
    expect(statuses.map((response) => response.status)).toEqual([202, 429]);
    await ask(world, 'POST rate-limit', { per_second: null });
    expect((await postExport(world.simulator, { group_id: SMALL_GROUP_ID })).status).toBe(202);
  });

  it('lets starts conflict, until everything is reset', async () => {
    await using world = await startTestSimulator({ auth: false });
    await ask(world, 'POST conflicts', { enabled: true });
    const start = async () => (await postExport(world.simulator, { group_id: SMALL_GROUP_ID })).status;
    expect([await start(), await start()]).toEqual([202, 409]);
    await ask(world, 'DELETE all');
    expect([await start(), await start()]).toEqual([202, 202]);
  });

  it('revokes tokens and clears lock-outs', async () => {
    await using world = await startTestSimulator();
    for (let i = 0; i < 5; i++) await requestToken(world.simulator, tokenBody({ password: 'wrong' }));
    await ask(world, 'DELETE lockouts');
    const token = (await requestToken(world.simulator)).headers.get('X-Subject-Token') ?? '';
    await ask(world, 'DELETE tokens');
    const response = await fetch(world.simulator.url + taskPath('x'), { headers: { 'X-Auth-Token': token } });
    expect(response.status).toBe(401);
  });

  it('counts requests, but not those to the control route', async () => {
    await using world = await startTestSimulator({ auth: false });
    const taskId = world.control.addTask();
    await Promise.all([
      getTask(world.simulator, taskId),
      getTask(world.simulator, taskId),
      getTask(world.simulator, 'x'),
    ]);
    await fetch(`${world.simulator.url}/nowhere`);
    expect((await ask(world, 'GET stats')).body).toMatchObject({
      requests: 4,
      by_route: { task: 3, unknown: 1 },
      by_status: { 200: 2, 404: 2 },
      faults: 0,
      peak_per_second: 4,
    });
    await ask(world, 'DELETE all');
    expect((await ask(world, 'GET stats')).body).toMatchObject({ requests: 0, by_route: {} });
  });

  it.each([
    ['POST faults', { fault: { kind: 'explode' } }],
    ['POST faults', { fault: { kind: 'hang' }, time: 1 }],
    ['POST tasks', { task: 'x' }],
    ['POST tasks', { count: 0 }],
    ['POST rate-limit', {}],
  ])('refuses %s %j', async (what, body) => {
    await using world = await startTestSimulator();
    const answer = await ask(world, what, body);
    expect([answer.status, answer.body]).toMatchObject([400, { error: expect.any(String) }]);
  });

  it.each([
    ['POST tasks', { processing_ms: 'soon' }, 'at processing_ms'],
    ['POST tasks', { processingMs: 1 }, '"processingMs"'],
    ['POST tasks', { count: 1, min_duration_ms: -1 }, 'at min_duration_ms'],
    ['POST faults', { fault: { kind: 'error', status: 429, retry_after_s: -1 } }, 'at fault.retry_after_s'],
    ['POST rate-limit', { per_second: 'many' }, 'at per_second'],
  ])('names in its refusal of %s %j what was sent', async (what, body, name) => {
    await using world = await startTestSimulator();
    expect(await ask(world, what, body)).toEqual({ status: 400, body: { error: expect.stringContaining(name) } });
  });

  it.each([
    'GET nothing',
    'GET tasks',
    'POST tasks/foo',
    'GET tasks/nope',
    'DELETE tasks/',
    'DELETE tasks/x/y',
    'DELETE all/xx',
    'DELETE tokens/x',
    'PUT tasks',
  ])('answers 404 to %s, and does nothing', async (what) => {
    await using world = await startTestSimulator();
    const taskId = world.control.addTask();
    const { status, body } = await ask(world, what);
    expect([status, body]).toMatchObject([404, { error: expect.any(String) }]);
    expect(world.control.task(taskId)).toBeDefined();
  });
});

describe('defaultProfile', () => {
  it('is a valid profile that signs in', async () => {
    await using world = await startTestSimulator();
    const profile = profileSchema.parse(defaultProfile(world.simulator.url));
    const url = profile.apig_endpoint + taskPath(world.control.addTask());
    const headers = signGet(url, world.clock.nowMs, { ak: profile.ak ?? '', sk: profile.sk ?? '' });
    expect((await fetch(url, { headers })).status).toBe(200);
  });
});

describe('bin/simulator.ts', () => {
  it('prints where it listens, knows the default account, and ends at SIGTERM', async () => {
    const env = { ...process.env, SIMULATOR_PORT: '0', HOST: '127.0.0.1' };
    const child = spawn(process.execPath, ['bin/simulator.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
    const simulator = { url } as World['simulator'];
    expect((await requestToken(simulator, tokenBody({}, { name: DEFAULT_ACCOUNT.region }))).status).toBe(201);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
