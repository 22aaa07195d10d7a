import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, type CommandName } from '../../cli/commands.ts';
import { run } from './run.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

let service: StandIn;
beforeAll(async () => {
  service = await startStandIn();
});
afterAll(async () => {
  await service.close();
  await rm('orders.json', { force: true });
});

const IDS = { TASK_ID: 'task-1', EXPORT_ID: 'task-1', EXPIRED_ID: 'task-1', PENDING_ID: 'task-2', GROUP_ID: 'group-1' };

/** The words of an example, as a shell would pass them. */
const wordsOf = (example: string) =>
  example.split(' ').map((word) => word.replace(/^\$(\w+)/, (_, name: keyof typeof IDS) => IDS[name]));

describe.each(Object.keys(COMMANDS) as CommandName[])('apig-tasks %s', (name) => {
  it('--help names its options, and an example that works', async () => {
    const help = await run([name, '--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const option of Object.keys(COMMANDS[name].options)) expect(help.out).toContain(`--${option}`);
    const example = help.out.trim().split('\n').at(-1)?.trim() ?? '';
    const [program, ...argv] = wordsOf(example);
    expect(program).toBe('apig-tasks');
    service.tasks.set('task-1', { end: 'succeeded', afterAnswers: -1 });
    service.tasks.set('task-2', { end: 'never', afterAnswers: 0 });
    const ran = await run(argv, { url: service.url });
    expect(ran, ran.err).toMatchObject({ code: 0 });
  });
});

it('an export writes the document whole, and says where', async () => {
  const ran = await run(['export', '--group-id', 'g', '--env-id', 'e', '-o', 'orders.json'], { url: service.url });
  expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('wrote orders.json') });
  expect(JSON.parse(await readFile('orders.json', 'utf8'))).toEqual({ openapi: '3.0.1' });
});

it('an export that fails writes nothing', async () => {
  service.nextStart = { end: 'failed', afterAnswers: 1 };
  await rm('orders.json', { force: true });
  const ran = await run(['export', '--group-id', 'g', '--env-id', 'e', '-o', 'orders.json'], { url: service.url });
  service.nextStart = { end: 'succeeded', afterAnswers: 1 };
  expect(ran.code).toBe(1);
  expect(existsSync('orders.json')).toBe(false);
});

it('a document is fetched from where the service sends the client, without the key', async () => {
  const elsewhere = await startStandIn();
  const keys: unknown[] = [];
  elsewhere.instead = (request) => {
    keys.push(request.headers.authorization);
    return { status: 200, body: { stored: true } };
  };
  service.instead = () => ({ status: 302, headers: { location: `${elsewhere.url}/file` } });
  const ran = await run(['definition', 'task-1'], { url: service.url });
  expect(await run(['show', 'task-1'], { url: service.url })).toMatchObject({
    code: 2,
    err: expect.stringContaining(`It redirects to ${elsewhere.url}/file. Use that address.`),
  });
  service.instead = () => undefined;
  await elsewhere.close();
  expect(ran).toMatchObject({ code: 0, out: '{"stored":true}' });
  expect(keys).toEqual([undefined]);
});

it('apig-tasks --help lists every command and every exit code', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  for (const name of Object.keys(COMMANDS)) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  expect([...out.matchAll(/^ {2}(\d+) /gm)].map(([, exit]) => exit)).toEqual([
    '0',
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
    '130',
  ]);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
});
