import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../functions/runtime/system-clock.ts';
import { type Service, startService } from '../../local/service.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { prepareVenv } from '../e2e/emulator/python.ts';
import { silentLog } from '../support/fixtures.ts';

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const API_KEY = 'a-key-for-the-clients-alone';
const ODD_NAME = 'naïve v1; 订单, final.json';
// Quotes, because of the comma and the semicolon in the name.
const CURL =
  'curl -sS "$API_URL/imports" -H "Authorization: Bearer $API_KEY" -F "label=$LABEL" -F "file_name=@\\"$FILE\\""';

let folder: string;
let simulator: Simulator;
let service: Service;
let terminal = '';
let python: string;

beforeAll(async () => {
  ({ python } = await prepareVenv(here('../../.venv-sdk'), here('python/requirements.txt')));
  folder = await mkdtemp(path.join(tmpdir(), 'starts-'));
  simulator = await startSimulator({ waitingMs: 20, processingMs: 50 });
  service = await startService({
    ...{ host: '127.0.0.1', port: 0, dataDir: path.join(folder, 'data'), clock, log: silentLog },
    profiles: { default: defaultProfile(simulator.url) },
    ...{ apiKeys: [API_KEY], taskDeadlineMs: 60_000, pollMinIntervalMs: 100, alertEmails: [] },
    terminal: { write: (text) => (terminal += text), colours: false },
  });
});
afterAll(async () => {
  await service?.close();
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command line of a page as its reader would, in the folder of the project. */
async function shell(command: string, environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, API_URL: service.url, API_KEY, ...environment };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', command], { env });
  return JSON.parse(stdout.slice(stdout.indexOf('{')));
}

async function endOf(taskId: string) {
  const headers = { authorization: `Bearer ${API_KEY}` };
  return (await fetch(`${service.url}/tasks/${taskId}?wait=20`, { headers })).json();
}

function definition(title: string): string {
  const backend = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
  return JSON.stringify({ swagger: '2.0', info: { title, version: '1' }, paths: { '/a': { get: backend } } });
}

describe('the commands of docs/starts.md', async () => {
  const page = await readFile('docs/starts.md', 'utf8');
  const [anImport = '', anExport = '', packed = ''] = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(
    ([, text]) => text,
  );

  it('start an import on a fresh clone, and its alert comes', async () => {
    const task = await shell(anImport);
    expect(task).toMatchObject({ state: 'pending', task_type: 'import_api', file: { name: 'petstore.json' } });
    expect(await endOf(task.task_id)).toMatchObject({ outcome: expect.stringMatching(/succeeded/) });
    await expect.poll(() => terminal).toContain(task.task_id);
  });

  it('start an export', async () => {
    const task = await shell(anExport, { GROUP_ID: SMALL_GROUP_ID });
    expect(task).toMatchObject({ task_type: 'export_api', label: 'nightly', group_id: SMALL_GROUP_ID });
    expect(await endOf(task.task_id)).toMatchObject({ outcome: 'succeeded' });
  });

  it('send a packed file', async () => {
    await writeFile(path.join(folder, 'openapi.json'), definition('packed'));
    const task = await shell(`cd '${folder}'\n${packed}`);
    expect(task).toMatchObject({ file: { name: 'openapi.json.gz', size_bytes: definition('packed').length } });
  });
});

describe('the form as clients send it', () => {
  const clients: [string, () => string][] = [
    ['curl', () => CURL],
    ['requests', () => `'${python}' '${here('python/post_import.py')}' requests`],
    ['requests_toolbelt', () => `'${python}' '${here('python/post_import.py')}' requests_toolbelt`],
  ];
  it.each(clients)('%s', async (client, command) => {
    const file = path.join(folder, ODD_NAME);
    await writeFile(file, definition(client));
    const label = `by ${client}, "quoted"`;
    const task = await shell(command(), { FILE: file, LABEL: label, PYTHONUTF8: '1' });
    expect(task).toMatchObject({ label, group_name: client, file: { name: ODD_NAME } });
    expect(await endOf(task.task_id)).toMatchObject({ outcome: 'succeeded', summary: { created: 1 } });
  });

  it('fetch', async () => {
    const form = new FormData();
    form.set('file_name', new File([definition('fetch')], ODD_NAME));
    form.set('label', 'by fetch');
    const headers = { authorization: `Bearer ${API_KEY}` };
    const answer = await fetch(`${service.url}/imports`, { method: 'POST', headers, body: form });
    const task = (await answer.json()) as { task_id: string };
    expect(task).toMatchObject({ group_name: 'fetch', file: { name: ODD_NAME } });
    expect(await endOf(task.task_id)).toMatchObject({ outcome: 'succeeded' });
  });
});
