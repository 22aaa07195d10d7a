import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../simulator/faults.ts';
import { getToken, postImport, requestToken, startTestSimulator, taskPath } from './client.ts';

const open = { auth: false };
type Body = { error_code?: string; error_msg?: string };

describe('faults on demand', () => {
  it.each([
    [400, 'APIG.2000'],
    [401, 'APIG.1002'],
    [401, 'APIC.7102'],
    [401, 'APIGW.0301'],
    [401, 'APIGW.0307'],
    [403, 'APIG.1005'],
    [404, 'APIG.3093'],
    [404, 'APIG.3030'],
    [409, 'APIG.3718'],
    [429, 'APIGW.0308'],
    [500, 'APIG.9999'],
    [500, 'APIG.9008'],
    [503, 'APIGW.0613'],
  ])('answers %i %s', async (status, code) => {
    await using world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'error', status, code } });
    const response = await fetch(world.simulator.url + taskPath(world.control.addTask()));
    const body = (await response.json()) as Body;
    expect([response.status, body.error_code]).toEqual([status, code]);
    expect(body.error_msg).toBeTruthy();
  });

  it('hits as many requests as it is set for, and sends Retry-After', async () => {
    await using world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'error', status: 429, retryAfterS: 7 }, times: 2 });
    const url = world.simulator.url + taskPath(world.control.addTask());
    const answers = [await fetch(url), await fetch(url), await fetch(url)];
    expect(answers.map((answer) => answer.status)).toEqual([429, 429, 200]);
    expect(answers[0]?.headers.get('Retry-After')).toBe('7');
    expect(world.control.stats().faults).toBe(2);
  });

  it('hits only the task or the operation it is for, until it is removed', async () => {
    await using world = await startTestSimulator();
    const [bad, good] = [world.control.addTask(), world.control.addTask()];
    const headers = { 'X-Auth-Token': await getToken(world.simulator) };
    const statusOf = async (taskId: string) =>
      (await fetch(world.simulator.url + taskPath(taskId), { headers })).status;
    const id = world.control.setFault({ fault: { kind: 'error', status: 500 }, match: { taskId: bad } });
    world.control.setFault({ fault: { kind: 'error', status: 503 }, match: { route: 'token' } });
    expect([await statusOf(bad), await statusOf(good)]).toEqual([500, 200]);
    const token = await requestToken(world.simulator);
    expect([token.status, await token.json()]).toMatchObject([503, { error: { code: 503 } }]);
    world.control.removeFault(id);
    expect(await statusOf(bad)).toBe(200);
  });

  it('resets the connection', async () => {
    await using world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'reset' } });
    const failure = await fetch(world.simulator.url + taskPath('x')).catch((error: Error) => error.cause);
    expect(failure).toMatchObject({ code: 'ECONNRESET' });
  });

  it('hangs without an answer, and close() still ends', async () => {
    const world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'hang' } });
    const pending = fetch(world.simulator.url + taskPath('x')).catch(() => 'broken');
    await expect.poll(() => world.control.stats().byStatus).toEqual({ 0: 1 });
    await world.simulator.close();
    expect(await pending).toBe('broken');
  });

  it('breaks off in the middle of a proper answer', async () => {
    await using world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'truncated' } });
    const response = await fetch(world.simulator.url + taskPath(world.control.addTask()));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('is late by the delay that is set', async () => {
    await using world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'latency', ms: 60 } });
    const startedAt = performance.now();
    expect((await fetch(world.simulator.url + taskPath(world.control.addTask()))).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(55);
  });

  it('answers 200 with something that is not JSON', async () => {
    await using world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'not_json' } });
    const response = await fetch(world.simulator.url + taskPath('x'));
    expect(response.headers.get('Content-Type')).toBe('text/html');
    expect(await response.text()).toContain('<html>');
  });

  it('answers with a body of the size that is set', async () => {
    await using world = await startTestSimulator(open);
    world.control.setFault({ fault: { kind: 'huge', bytes: 8_000_000 } });
    const response = await fetch(world.simulator.url + taskPath('x'));
    expect((await response.arrayBuffer()).byteLength).toBe(8_000_000);
  });

  const file = JSON.stringify({ swagger: '2.0', info: { title: 'orders' }, paths: {} });
  const countTasks = async (world: Awaited<ReturnType<typeof startTestSimulator>>, fault: FaultRule['fault']) => {
    world.control.setFault({ fault, match: { route: 'import' }, times: 1 });
    await postImport(world.simulator, file).catch(() => 'no answer');
    // A group can be made once: the second import fails where the first one took effect.
    const { task_id } = (await (await postImport(world.simulator, file)).json()) as { task_id: string };
    return world.control.task(task_id)?.status === 'failed' ? 2 : 1;
  };

  it.each<[string, FaultRule['fault']]>([
    ['reset', { kind: 'reset' }],
    ['error', { kind: 'error', status: 504 }],
  ])('loses the answer of a start before or after it took effect: %s', async (_, fault) => {
    await using before = await startTestSimulator({ ...open, waitingMs: 0, processingMs: 0 });
    await using after = await startTestSimulator({ ...open, waitingMs: 0, processingMs: 0 });
    expect(await countTasks(before, fault)).toBe(1);
    expect(await countTasks(after, { ...fault, takesEffect: true } as FaultRule['fault'])).toBe(2);
  });

  it('carries out a slow start whose client has gone', async () => {
    await using world = await startTestSimulator({ ...open, waitingMs: 0, processingMs: 0 });
    world.control.setFault({ fault: { kind: 'latency', ms: 80 }, match: { route: 'import' }, times: 1 });
    await expect(postImport(world.simulator, file, {}, AbortSignal.timeout(20))).rejects.toThrow();
    await expect.poll(() => world.control.stats().byStatus).toEqual({ 0: 1 });
    const { task_id } = (await (await postImport(world.simulator, file)).json()) as { task_id: string };
    expect(world.control.task(task_id)?.status).toBe('failed');
  });
});
