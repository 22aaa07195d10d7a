import { describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { gatewayPath, getTask, startTestSimulator, taskPath } from './client.ts';

const open = { auth: false };

describe('GET …/async-tasks/{task_id}', () => {
  it('advances with time alone: waiting, processing, over', async () => {
    await using world = await startTestSimulator(open);
    const taskId = world.control.addTask({ waitingMs: 1_000, processingMs: 3_000 });
    const statuses: string[] = [];
    for (const stepMs of [0, 999, 1, 2_999, 1]) {
      world.clock.advance(stepMs);
      const body = await getTask(world.simulator, taskId);
      statuses.push(`${body.task_status} ${body.task_result === '' ? 'empty' : 'result'}`);
    }
    expect(statuses).toEqual([
      'waiting empty',
      'waiting empty',
      'processing empty',
      'processing empty',
      'succeed result',
    ]);
  });

  it('ends each way it is told to', async () => {
    await using world = await startTestSimulator(open);
    const end = async (seed: Parameters<typeof world.control.addTask>[0]) => {
      const { task_status, task_result, task_type } = await getTask(world.simulator, world.control.addTask(seed));
      return { task_status, task_type, result: JSON.parse(task_result) };
    };
    expect(await end({})).toMatchObject({ task_status: 'succeed', task_type: 'import_api', result: { failure: [] } });
    expect((await end({ ending: 'partial' })).result.failure).toMatchObject([
      { method: 'POST', error_code: 'APIG.2011' },
    ]);
    expect(await end({ ending: 'failure' })).toMatchObject({
      task_status: 'failed',
      result: { error_code: 'APIG.3201', error_msg: 'The API group name already exists' },
    });
    const exported = await end({ taskType: 'export_api', documentBytes: 2_000_000 });
    expect(exported.result.Comment).toHaveLength(2_000_000);
  });

  it('stays in processing when it is never to end, and says verbatim what it is told to say', async () => {
    await using world = await startTestSimulator(open);
    const never = world.control.addTask({ ending: 'never' });
    const odd = world.control.addTask({ taskStatus: 'paused', taskResult: 'not JSON' });
    world.clock.advance(1e12);
    expect(await getTask(world.simulator, never)).toMatchObject({ task_status: 'processing', task_result: '' });
    expect(await getTask(world.simulator, odd)).toMatchObject({ task_status: 'paused', task_result: 'not JSON' });
  });

  it('spells success as it is told to', async () => {
    await using world = await startTestSimulator({ ...open, successStatus: 'succeeded', exportSpelling: 'text' });
    const body = await getTask(world.simulator, world.control.addTask({ taskType: 'export_api' }));
    expect(body.task_status).toBe('succeeded');
    expect(Object.keys(JSON.parse(body.task_result))).toEqual(['file_type', 'content']);
  });

  it.each([
    ['an unknown task', taskPath('f'.repeat(32)), 'APIG.3093'],
    ['an unknown gateway', taskPath('x').replace(DEFAULT_ACCOUNT.instanceId, 'other'), 'APIG.3030'],
    ['a wrong path', `${gatewayPath}/async-task/x`, 'APIGW.0101'],
    ['a path that goes on', `${taskPath('x')}/y`, 'APIGW.0101'],
  ])('answers 404 to %s', async (_, path, code) => {
    await using world = await startTestSimulator(open);
    const response = await fetch(world.simulator.url + path);
    const body = (await response.json()) as Record<string, string>;
    expect(response.status).toBe(404);
    expect(body.error_code).toBe(code);
    const requestId = response.headers.get('X-Request-Id');
    expect(requestId).toBeTruthy();
    expect(body.request_id).toBe(code.startsWith('APIGW.') ? requestId : undefined);
  });

  it('does not show a task to another gateway of the same project', async () => {
    const { instanceId, ...account } = DEFAULT_ACCOUNT;
    await using world = await startTestSimulator({
      auth: false,
      accounts: [{ ...account, instanceIds: [instanceId, 'b'] }],
    });
    const taskId = world.control.addTask({ instanceId: 'b' });
    const response = await fetch(world.simulator.url + taskPath(taskId));
    expect(await response.json()).toMatchObject({ error_code: 'APIG.3093' });
  });
});

describe('rate limit', () => {
  const statuses = (world: { simulator: { url: string } }, path: string, count: number) =>
    Promise.all(Array.from({ length: count }, async () => (await fetch(world.simulator.url + path)).status));

  it('lets exactly the limit through in a second, and says what the limit is', async () => {
    await using world = await startTestSimulator({ ...open, requestsPerSecond: 10 });
    const path = taskPath(world.control.addTask());
    const first = await statuses(world, path, 25);
    expect(first.filter((status) => status === 200)).toHaveLength(10);
    expect(first.filter((status) => status === 429)).toHaveLength(15);
    expect(await (await fetch(world.simulator.url + path)).json()).toMatchObject({
      error_code: 'APIGW.0308',
      error_msg: 'The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 second',
    });
    world.clock.advance(1_000);
    expect(await statuses(world, path, 10)).toEqual(Array(10).fill(200));
  });

  it('counts each project for itself', async () => {
    const { instanceId, ...account } = DEFAULT_ACCOUNT;
    const accounts = ['p1', 'p2'].map((projectId) => ({ ...account, projectId, instanceIds: [instanceId] }));
    await using world = await startTestSimulator({ ...open, accounts });
    world.control.setRateLimit(1, 'p1');
    const pathIn = (projectId: string) =>
      taskPath(world.control.addTask({ projectId })).replace(DEFAULT_ACCOUNT.projectId, projectId);
    expect((await statuses(world, pathIn('p1'), 3)).sort()).toEqual([200, 429, 429]);
    expect(await statuses(world, pathIn('p2'), 3)).toEqual([200, 200, 200]);
  });
});
