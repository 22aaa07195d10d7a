import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.ts';
import { KEY, problem, type StandIn, startStandIn } from './stand-in.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'apig-inputs-'));
const file = (name: string, text: string) => {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};

let service: StandIn;
beforeAll(async () => {
  service = await startStandIn();
});
afterAll(() => service.close());

const watch = (ids: string[], env: Record<string, string> = {}) => {
  service.tasks.set('d9ce8c9e', { end: 'succeeded', afterAnswers: -1 });
  return run(['watch', ...ids, '--timeout', '20s'], { url: service.url, env });
};

describe('what is wrong gets a sentence, sends nothing, and ends with 2:', () => {
  it.each([
    ['a key with a newline', { APIG_TASKS_KEY: `${KEY}\n` }, 'APIG_TASKS_KEY contains a line break'],
    ['a key with a space', { APIG_TASKS_KEY: `Bearer ${KEY}` }, 'APIG_TASKS_KEY contains a space'],
    ['no key', { APIG_TASKS_KEY: '' }, 'No API key for http'],
    [
      'a URL with a path',
      { APIG_TASKS_URL: 'https://tasks.example.com/tasks' },
      'must end after the host, as in https://tasks.example.com',
    ],
    ['a URL with a query', { APIG_TASKS_URL: 'https://tasks.example.com?a=b' }, 'must end after the host'],
    [
      'a URL without a scheme',
      { APIG_TASKS_URL: 'tasks.example.com' },
      'APIG_TASKS_URL is not a URL such as https://tasks.example.com',
    ],
    [
      'a URL with a password',
      { APIG_TASKS_URL: 'https://a:b@tasks.example.com' },
      'must not contain a user or password',
    ],
    [
      'a port to which fetch sends nothing',
      { APIG_TASKS_URL: 'http://127.0.0.1:6000' },
      'send nothing to http://127.0.0.1:6000, because its port belongs to another protocol',
    ],
    [
      'nothing at all',
      { APIG_TASKS_URL: '', APIG_TASKS_KEY: '' },
      'Which service? Set APIG_TASKS_URL and APIG_TASKS_KEY',
    ],
  ])('%s', async (_name, env, sentence) => {
    service.requests.length = 0;
    const ran = await watch(['d9ce8c9e'], env);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(sentence) });
    expect(ran.err).not.toContain(KEY);
    expect(service.requests).toEqual([]);
  });

  it.each([
    [['frobnicate'], '"frobnicate" is not a command. Commands: import, export, watch'],
    [[], 'Which command?'],
    [['--json', 'list'], 'The command comes first'],
    [['watch', 'a', '--lable', 'x'], "Unknown option '--lable'"],
    [['watch', 'a', '--timeout', '0s'], '--timeout "0s" is not a duration'],
    [['watch', 'a', '--timeout', '5 minutes'], '--timeout "5 minutes" is not a duration such as 90s'],
    [['watch', 'a/b'], '"a/b" is not a task id'],
    [['watch', 'x'.repeat(65)], 'is not a task id'],
    [['watch', '{"task_name": "x"}'], 'is not a task id'],
    [['show', 'a', 'b'], 'takes one ID: "b" is too much'],
    [['show'], 'needs a task id'],
    [['import'], 'needs a file'],
    [['import', '/nonexistent.json'], '/nonexistent.json cannot be read: ENOENT'],
    [['import', folder], 'cannot be read: EISDIR'],
    [['import', file('empty.json', '')], 'empty.json is empty'],
    [['import', file('a.json', '{}'), '--context', 'run_url'], '--context "run_url" is not NAME=TEXT'],
    [['import', file('a.json', '{}'), '--timeout', 'x'], '--timeout "x" is not a duration'],
    [['export', '--group-id', 'g'], 'apig-tasks export needs --env-id'],
    [['export', '--group-id', 'g', '--env-id', 'e', '-o', 'x', '--no-wait'], '--output needs the end of the export'],
    [['list', '--limit', 'many'], '--limit must be a whole number'],
    [['show', 'a', '--key-file', '/nonexistent'], '--key-file /nonexistent cannot be read'],
  ])('%j', async (argv, sentence) => {
    service.requests.length = 0;
    expect(await run(argv, { url: service.url })).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
    expect(service.requests).toEqual([]);
  });
});

describe('what is nearly right is taken:', () => {
  it.each([
    ['an id with spaces around it', [' d9ce8c9e '], 'ignored the spaces around d9ce8c9e'],
    ["Huawei's whole answer", ['{"task_id": "d9ce8c9e"}'], ''],
    ['an id in upper case that is known in lower case', ['D9CE8C9E'], 'D9CE8C9E is known as d9ce8c9e'],
    ['an id twice', ['d9ce8c9e', 'd9ce8c9e'], ''],
  ])('%s', async (_name, ids, sentence) => {
    const ran = await watch(ids);
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining(sentence) });
    expect(ran.out.match(/task d9ce8c9e/g)).toHaveLength(1);
  });

  it.each([
    ['lines of ids', 'd9ce8c9e\r\n\n'],
    ['lines of --json', '{"task_id":"d9ce8c9e","state":"pending"}\n{"task_id":"d9ce8c9e"}\n'],
    ['a list of ids', '["d9ce8c9e"]'],
    ["Huawei's answer over several lines", '{\n  "task_id": "d9ce8c9e"\n}\n'],
  ])('%s from a pipe', async (_name, stdin) => {
    service.tasks.set('d9ce8c9e', { end: 'succeeded', afterAnswers: -1 });
    expect(await run(['watch'], { url: service.url, stdin })).toMatchObject({ code: 0 });
  });

  it('a URL with a slash at its end', async () => {
    const ran = await watch(['d9ce8c9e'], { APIG_TASKS_URL: `${service.url}/` });
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('ignored the slash at its end') });
  });

  it('plain http to another machine, with a warning', async () => {
    const stopped = { env: { APIG_TASKS_URL: 'http://tasks.example.com' }, signal: AbortSignal.abort() };
    const ran = await run(['whoami'], { ...stopped, env: { ...stopped.env, APIG_TASKS_KEY: KEY } });
    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('anyone on the way can read the key') });
  });

  it('a key file with a line break at its end', async () => {
    const options = ['--url', service.url, '--key-file', file('key', `${KEY}\n`)];
    expect(await run(['show', 'd9ce8c9e', ...options])).toMatchObject({ code: 0 });
  });
});

describe('the service on this machine', () => {
  it('is found in DATA_DIR with its key', async () => {
    file('url', `${service.url}\n`);
    file('api-key', `${KEY}\n`);
    expect(await run(['show', 'd9ce8c9e'], { env: { DATA_DIR: folder } })).toMatchObject({ code: 0 });
  });

  it('is not taken from a folder that names another machine, because the folder may be a stranger’s', async () => {
    file('url', 'http://evil.example.com\n');
    const ran = await run(['show', 'd9ce8c9e'], { env: { DATA_DIR: folder, APIG_TASKS_KEY: KEY } });
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('Which service?') });
  });

  it('keeps its key: no other URL gets it', async () => {
    file('url', 'http://127.0.0.1:9\n');
    const ran = await run(['show', 'a', '--url', service.url], { env: { DATA_DIR: folder } });
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('No API key for') });
  });
});

it('a service without GET /whoami is said to have none', async () => {
  service.instead = () => problem(404, 'about:blank', 'Not found.');
  const ran = await run(['whoami'], { url: service.url });
  service.instead = () => undefined;
  expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('no GET /whoami') });
});
