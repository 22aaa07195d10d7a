import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { KEY, type StandIn, startStandIn } from '../cli/stand-in.ts';

let service: StandIn;
beforeAll(async () => {
  service = await startStandIn();
});
afterAll(() => service.close());

it('the GitHub action passes each line as one argument, and ends with the exit code of the client', async () => {
  const [step] = parse(await readFile('action.yml', 'utf8')).runs.steps;
  expect(Object.keys(step.env)).toEqual(['APIG_TASKS_URL', 'APIG_TASKS_KEY', 'INPUT_COMMAND', 'INPUT_ARGS']);
  service.nextStart = { end: 'partially_succeeded', afterAnswers: 0 };
  const env = {
    PATH: process.env.PATH,
    GITHUB_ACTION_PATH: process.cwd(),
    GITHUB_ACTIONS: 'true',
    APIG_TASKS_URL: service.url,
    APIG_TASKS_KEY: KEY,
    INPUT_COMMAND: 'import',
    INPUT_ARGS: 'examples/petstore.json\n--label\na b "$(exit 7)"\n\n',
  };
  const ended = await promisify(execFile)('bash', ['-e', '-c', step.run], { env }).catch((error) => error);
  expect(ended, ended.stderr).toMatchObject({ code: 3 });
  expect(ended.stderr).toContain('::error file=examples/petstore.json,title=Refused by Huawei Cloud%3A POST /pets::');
  expect(service.starts.size).toBe(1);
});

it('the curl of docs/ci.md starts one import, however often it is repeated', async () => {
  const [, command = ''] = /^```sh\n(curl .*?)^```/ms.exec(await readFile('docs/ci.md', 'utf8')) ?? [];
  const env = { PATH: process.env.PATH, APIG_TASKS_URL: service.url, APIG_TASKS_KEY: KEY, BUILD_ID: '4711' };
  const before = service.starts.size;
  for (const _ of [1, 2]) {
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', command.replace('openapi.json', 'examples/petstore.json')],
      { env },
    );
    expect(JSON.parse(stdout)).toMatchObject({ state: 'pending' });
  }
  expect(service.starts.size).toBe(before + 1);
  expect(service.starts.has('4711')).toBe(true);
  expect(service.body.toString()).toContain('name="label"\r\n\r\nbuild 4711');
});
