import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { openApiFile, type RealService, startRealService } from './real-service.ts';
import { objectsOf, run as runClient } from './run.ts';

// The client against the service itself: its answers are read as they are.

let service: RealService;
beforeAll(async () => {
  service = await startRealService();
});
afterAll(() => service.close());

const run = (...argv: string[]) => runClient(argv, { url: service.url });

async function file(ending: Parameters<typeof openApiFile>[0], title: string): Promise<string> {
  const name = path.join(service.folder, `${title}.json`);
  await writeFile(name, openApiFile(ending, title));
  return name;
}

describe.concurrent('import', () => {
  it('makes a group, and says what was created', async () => {
    const ran = await run('import', await file('succeeded', 'orders'), '--label', 'orders');
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(ran.out).toMatch(
      /^✔ orders: import succeeded after \d s: 2 created\n {2}\+ GET \/pets\n {2}\+ POST \/pets\n {2}task \w+, group \w+\n$/,
    );
  });

  it('that is partly refused ends with 3, and its advice is a command line that works', async () => {
    const name = await file('partially_succeeded', 'partly');
    const ran = await run('import', name);
    expect(ran).toMatchObject({ code: 3, out: expect.stringContaining('- GET /orders\n') });
    const [, options = ''] = /import it again with (--group-id \w+),/.exec(ran.out) ?? [];
    await writeFile(name, openApiFile('succeeded', 'partly'));
    expect(await run('import', name, ...options.split(' '), '--api-mode', 'override')).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 updated'),
    });
  });

  it('that fails ends with 1, and says why', async () => {
    const ran = await run('import', await file('failed', 'fails'));
    expect(ran, ran.err).toMatchObject({
      code: 1,
      out: expect.stringMatching(/APIG\.\d+: .*X-Auth-Token.*\n {2}Next: /),
    });
  });

  it('into a group that is not there is refused, with Huawei’s code and what helps', async () => {
    const ran = await run('import', await file('succeeded', 'nowhere'), '--group-id', 'no-such-group');
    expect(ran, ran.out).toMatchObject({ code: 2, err: expect.stringContaining('APIG.3001') });
    expect(ran.err).toContain('Check group_id');
  });

  it('with --publish-to says what was published, and what was not and why', async () => {
    const into = async (title: string, environment: string) =>
      run('import', await file('succeeded', title), '--publish-to', environment);
    expect(await into('published', RELEASE_ENVIRONMENT_ID)).toMatchObject({
      code: 0,
      out: expect.stringContaining(': 2 created, 2 published\n'),
    });
    const { code, out } = await into('unpublished', 'no-such-environment');
    expect(code).toBe(3);
    expect(out).toContain(': 2 created, 2 unpublished\n');
    expect(out).toMatch(/- GET \/pets \(not published\)\n {4}APIG\.3003: .*\n/);
  });

  it('with the same --idempotency-key starts one task', async () => {
    const name = await file('succeeded', 'once');
    const [first, second] = [
      await run('import', name, '--json', '--idempotency-key', 'build-1'),
      await run('import', name, '--json', '--idempotency-key', 'build-1'),
    ];
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(objectsOf(second)[0].task_id).toBe(objectsOf(first)[0].task_id);
  });
});

describe.concurrent('export', () => {
  const EXPORT = ['export', '--group-id', SMALL_GROUP_ID, '--env-id', RELEASE_ENVIRONMENT_ID];

  it('writes the document that definition prints, byte for byte', async () => {
    const output = path.join(service.folder, 'exported.json');
    const ran = await run(...EXPORT, '-o', output, '--json');
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const [{ task_id: taskId }] = objectsOf(ran);
    const text = await readFile(output, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ paths: expect.any(Object) });
    expect((await run('definition', taskId)).out).toBe(text);
  });

  it('of a group that is not there is refused with 2', async () => {
    const ran = await run('export', '--group-id', 'nothing', '--env-id', RELEASE_ENVIRONMENT_ID);
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('APIG.3001') });
  });
});

it('an import with an option that Huawei does not have is refused before anything starts', async () => {
  const before = service.simulator.control.stats().byRoute.import;
  const ran = await run('import', await file('succeeded', 'modes'), '--api-mode', 'replace');
  expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('"api_mode" must be') });
  expect(service.simulator.control.stats().byRoute.import).toBe(before);
});

describe('other commands', () => {
  it('register, list, show, forget', async () => {
    const taskId = service.simulator.control.addTask({ processingMs: 60_000 });
    const { out } = await run('register', taskId, '--label', 'pets', '--deadline', '2h');
    expect(out).toContain(taskId);
    expect((await run('list', '--label', 'pets', '--state', 'pending')).out).toContain(taskId);
    expect(objectsOf(await run('show', taskId, '--json'))).toEqual([
      expect.objectContaining({ task_id: taskId, label: 'pets' }),
    ]);
    expect(await run('forget', taskId)).toMatchObject({ code: 0 });
    expect(await run('show', taskId)).toMatchObject({
      code: 2,
      err: expect.stringContaining('Register it with apig-tasks register'),
    });
    expect(await run('forget', taskId)).toMatchObject({ code: 2 });
  });

  it('whoami names the scopes of the key', async () => {
    expect(await run('whoami')).toMatchObject({ code: 0, out: expect.stringContaining('read') });
  });

  it('says in the service’s words what is wrong with a registration', async () => {
    const ran = await run('register', 'a', '--label', ' ', '--profile', 'a b');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('must be') });
    expect(ran.err).toMatch(/label/);
    expect(ran.err).toMatch(/profile/);
  });
});

// A machine that is busy with something else may take that second away: then it is measured again.
it('the end of a task is heard within a second of the service', { retry: 2 }, async () => {
  const taskId = service.simulator.control.addTask({ processingMs: 700 });
  const ran = await run('watch', taskId, '--json');
  const heardAtMs = Date.now();
  expect(ran).toMatchObject({ code: 0 });
  expect(heardAtMs - Date.parse(objectsOf(ran)[0].completed_at)).toBeLessThan(1_000);
});

it('a wait survives a restart of the service, and says so once', async () => {
  const taskId = service.simulator.control.addTask({ processingMs: 1_500 });
  const watching = run('watch', taskId);
  await expect.poll(async () => (await run('show', taskId)).code).toBe(0);
  await service.restart();
  const { code, err } = await watching;
  expect(code, err).toBe(0);
  expect(err).toMatch(/^\w+: waiting\n(?:\w+: processing\n)?\S+: connection .*; trying again\n\S+: answers again\n/);
});

it('list asks for one page after the other', async () => {
  const ids = Array.from({ length: 120 }, () => service.simulator.control.addTask({ ending: 'never' }));
  expect(await runClient(['register', '--label', 'many'], { url: service.url, stdin: ids.join('\n') })).toMatchObject({
    code: 0,
  });
  const listed = objectsOf(await run('list', '--label', 'many', '--limit', '110', '--json'));
  expect(new Set(listed.map(({ task_id }) => task_id)).size).toBe(110);
});
