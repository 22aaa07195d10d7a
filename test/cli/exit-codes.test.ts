import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../functions/names.ts';
import { objectsOf, run } from './run.ts';
import { problem, type Script, type StandIn, startStandIn } from './stand-in.ts';

let service: StandIn;
beforeAll(async () => {
  service = await startStandIn();
});
afterAll(() => service.close());
beforeEach(() => {
  service.tasks.clear();
  service.instead = () => undefined;
});

const ENDS = [...OUTCOMES, 'forgotten', 'never'] as const;
const CODES = {
  succeeded: 0,
  failed: 1,
  partially_succeeded: 3,
  expired: 4,
  not_found: 4,
  rejected: 4,
  forgotten: 4,
  never: 5,
};

/** The contract's sentence: of several tasks the first that applies of 6, 1, 4, 3, 5, 0. */
function expectedCode(ends: Script['end'][], allowPartial: boolean): number {
  const codes: number[] = ends.map((end) => (allowPartial && end === 'partially_succeeded' ? 0 : CODES[end]));
  return [6, 1, 4, 3, 5].find((code) => codes.includes(code)) ?? 0;
}

/** `never` costs a run its time-out, so it is drawn seldom. */
const end = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...OUTCOMES, 'forgotten' as const) },
  { weight: 1, arbitrary: fc.constant('never' as const) },
);
const scripts = fc.array(fc.record({ end, afterAnswers: fc.nat(3) }), { minLength: 1, maxLength: 5 });
const flags = fc.record({
  options: fc.subarray(['--allow-partial', '--json']),
  isPiped: fc.boolean(),
  columns: fc.constantFrom(undefined, 30, 100),
});
type Flags = { options: string[]; isPiped: boolean; columns: number | undefined };

async function proveCode(name: string, drawn: Script[], { isPiped, columns, options }: Flags): Promise<void> {
  const ids = drawn.map((_, index) => `${name}-${index}`);
  for (const [index, script] of drawn.entries()) service.tasks.set(`${name}-${index}`, { ...script });
  const argv = ['watch', ...(isPiped ? [] : ids), ...options, '--timeout', '3s'];
  const ran = await run(argv, { url: service.url, stdin: ids.join('\n'), ...(columns && { columns }) });
  const ends = drawn.map((script) => script.end);
  expect(ran.code, ran.err + ran.out).toBe(expectedCode(ends, options.includes('--allow-partial')));
  const told = options.includes('--json') ? objectsOf(ran).map(({ task_id }) => task_id) : ids;
  expect(told.toSorted()).toEqual(ids);
}

/** Nothing listens there. */
async function freeUrl(): Promise<string> {
  const closed = await startStandIn();
  await closed.close();
  return closed.url;
}

describe('the exit code of a wait', () => {
  it('is the first that applies, whatever the outcomes, the flags and the output', async () => {
    // Several at once, because they mostly wait.
    const several = fc.array(fc.tuple(scripts, flags), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(several, async (drawn) => {
        service.tasks.clear();
        await Promise.all(drawn.map(([ends, given], index) => proveCode(`run-${index}`, ends, given)));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it.each(ENDS.map((end) => [end, CODES[end]] as const))('of a task that ends as %s is %i', async (end, code) => {
    service.tasks.set('a', { end, afterAnswers: 1 });
    const timeout = end === 'never' ? '0.3s' : '20s';
    expect(await run(['watch', 'a', '--timeout', timeout], { url: service.url })).toMatchObject({ code });
  });

  it('is 2 when there is nothing to watch', async () => {
    expect(await run(['watch'], { url: service.url })).toMatchObject({
      code: 2,
      err: expect.stringContaining('Which task?'),
    });
  });

  it('is 6 when the service refuses the key, at the start or in the middle', async () => {
    service.tasks.set('a', { end: 'never', afterAnswers: 0 });
    const wrong = await run(['watch', 'a'], { url: service.url, env: { APIG_TASKS_KEY: 'another-key' } });
    expect(wrong).toMatchObject({ code: 6, err: expect.stringContaining('The key is not known.') });
    let left = 2;
    service.instead = () => (left-- > 0 ? undefined : problem(401, 'unauthenticated', 'The key was revoked.'));
    const revoked = await run(['watch', 'a'], { url: service.url });
    expect(revoked).toMatchObject({ code: 6, out: expect.stringContaining('The key was revoked') });
  });

  it('is 6 when nothing listens for as long as the client is patient', async () => {
    const ran = await run(['watch', 'a'], { url: await freeUrl(), patience: { giveUpMs: 300 } });
    expect(ran).toMatchObject({
      code: 6,
      err: expect.stringMatching(/trying again\n.*No usable answer from .*: connection refused/),
    });
    expect(ran.err.match(/trying again/g)).toHaveLength(1);
  });

  it('is reached by tries with growing pauses, and the end of the trouble is said', async () => {
    service.tasks.set('a', { end: 'succeeded', afterAnswers: -1 });
    let left = 5;
    service.instead = () => (left-- > 0 ? { status: 503, body: {} } : undefined);
    const ran = await run(['show', 'a'], { url: service.url });
    expect(ran).toMatchObject({
      code: 0,
      err: expect.stringMatching(/status 503; trying again\n.*: answers again\n$/),
    });
    service.requests.length = 0;
    service.instead = () => ({ status: 503, body: {} });
    await run(['show', 'a'], { url: service.url, patience: { giveUpMs: 600 } });
    // Pauses of 5, 10, 20 and then 40 ms, each a quarter shorter at most: with 5 ms there would be more than 100 tries.
    expect(service.requests.length).toBeLessThan(30);
  });

  it('is 6, and not 5, when --timeout passes before the service has said anything', async () => {
    expect(await run(['watch', 'a', '--timeout', '0.1s'], { url: await freeUrl() })).toMatchObject({ code: 6 });
  });

  it('is 6 at once for a task whose row nobody can read, and says how to remove it', async () => {
    service.tasks.set('a', { end: 'never', afterAnswers: 0 });
    const detail = 'The stored row cannot be read. DELETE /tasks/a removes the row.';
    service.instead = (request) =>
      request.url?.includes('wait') ? problem(500, 'unreadable-task', detail) : undefined;
    const out = expect.stringContaining('apig-tasks forget a removes the row.');
    expect(await run(['watch', 'a'], { url: service.url })).toMatchObject({ code: 6, out });
    service.instead = () => problem(500, 'unreadable-task', detail);
    expect(await run(['show', 'a'], { url: service.url })).toMatchObject({ code: 6, err: out });
  });

  it('is not decided by 429 and 5xx, however long they last', async () => {
    service.tasks.set('a', { end: 'succeeded', afterAnswers: 2 });
    const statuses = [429, 500, 502, 503, 504, 404];
    let answers = 0;
    service.instead = (request) =>
      request.url?.includes('wait') && answers++ < 30
        ? { status: statuses[answers % 6] ?? 500, body: { message: 'no' } }
        : undefined;
    expect(await run(['watch', 'a'], { url: service.url, patience: { giveUpMs: 200 } })).toMatchObject({ code: 0 });
    expect(answers).toBeGreaterThan(30);
  });

  it('is not taken from an answer about another task', async () => {
    service.tasks.set('a', { end: 'failed', afterAnswers: 1 });
    service.tasks.set('b', { end: 'succeeded', afterAnswers: -1 });
    let answers = 0;
    service.instead = (request) => {
      if (request.url?.startsWith('/tasks/a?') && answers++ === 0) request.url = '/tasks/b?wait=1';
      return undefined;
    };
    expect(await run(['watch', 'a'], { url: service.url })).toMatchObject({ code: 1 });
  });

  it('is waited for without a held connection for each of more than 50 tasks', async () => {
    const ids = Array.from({ length: 51 }, (_, index) => `task-${index}`);
    for (const id of ids) service.tasks.set(id, { end: 'succeeded', afterAnswers: 0 });
    service.requests.length = 0;
    expect(await run(['watch', ...ids], { url: service.url })).toMatchObject({ code: 0 });
    expect(service.requests.filter((request) => request.includes('?wait=0'))).toHaveLength(51);
  });

  it('is asked for the more slowly the more tasks there are, because an API has a limit', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `task-${index}`);
    for (const id of ids) service.tasks.set(id, { end: 'succeeded', afterAnswers: 1 });
    const begunAtMs = Date.now();
    expect(await run(['watch', ...ids], { url: service.url, patience: { spreadMs: 15 } })).toMatchObject({ code: 0 });
    expect(Date.now() - begunAtMs).toBeGreaterThan(20 * 15);
  });

  it.runIf(existsSync('/dev/full'))(
    'is 6 after an unexpected error, because 1 says that a task has failed',
    async () => {
      const command = `"${process.execPath}" action/apig-tasks.mjs --help >/dev/full`;
      const ended = await promisify(execFile)('sh', ['-c', command]).catch((error) => error);
      expect(ended).toMatchObject({ code: 6, stderr: expect.stringContaining('ENOSPC') });
    },
  );

  it('is 130 after Ctrl-C, which says that the tasks go on and how to come back', async () => {
    service.tasks.set('a', { end: 'never', afterAnswers: 0 });
    service.tasks.set('b', { end: 'never', afterAnswers: 0 });
    const ran = await run(['watch', 'a', 'b'], { url: service.url, signal: AbortSignal.timeout(200) });
    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('The tasks go on') });
    expect(ran.err).toContain('apig-tasks watch a b');
  });

  it('is 0 with --no-wait as soon as the task is watched', async () => {
    const ran = await run(['watch', 'a', '--no-wait', '--label', 'x'], { url: service.url });
    expect(ran).toMatchObject({ code: 0, out: 'a  processing\n' });
    expect(service.tasks.has('a')).toBe(true);
  });
});
