import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type StandIn, startStandIn } from '../cli/stand-in.ts';
import { createStack } from '../lib/synthesize.ts';

type Ended = { code: number; stdout: string; stderr: string };
type Packed = { filename: string; size: number; files: { path: string }[] };

const root = process.cwd();
let folder: string;
let packed: Packed;
let service: StandIn;

const execute = (program: string, args: string[], env: Record<string, string> = {}): Promise<Ended> =>
  promisify(execFile)(program, args, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...env } }).then(
    (output) => ({ code: 0, ...output }),
    (error: Ended) => error,
  );

/** This Node, and an older one: CI names a Node 20, elsewhere it is whatever the host has. */
const nodes = [process.execPath, process.env.OLD_NODE ?? hostNode() ?? process.execPath];

function hostNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((entry) => !entry.includes('node_modules'));
  return folders.map((folder) => path.join(folder, 'node')).find((file) => existsSync(file));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apig-package-'));
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n')));
  await writeFile(path.join(folder, 'package.json'), '{"private": true, "type": "module"}');
  const installed = await execute('npm', ['install', '--offline', '--no-audit', `./${packed.filename}`]);
  expect(installed, installed.stderr).toMatchObject({ code: 0 });
  service = await startStandIn();
});

afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

const bin = (name: string) => path.join(folder, 'node_modules', '.bin', name);

describe('the packed file, installed in an empty folder', () => {
  it('brings no other package', async () => {
    const names = (await readdir(path.join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(names).toEqual(['apig-task-notifier']);
  });

  it('has no tests, benchmarks, pictures or TypeScript, and less than 2 MB', () => {
    const paths = packed.files.map((file) => file.path);
    expect(paths.filter((name) => !/^(action|dist\/(bin|cdk|functions))\/|^[\w.-]+$/.test(name))).toEqual([]);
    expect(paths.filter((name) => /(?<!\.d)\.ts$|\.map$|\.png$/.test(name))).toEqual([]);
    expect(packed.size).toBeLessThan(2_000_000);
  });

  it.each(nodes)('runs the client on %s', async (node) => {
    service.tasks.set('a', { end: 'partially_succeeded', afterAnswers: 1 });
    const env = { APIG_TASKS_URL: service.url, APIG_TASKS_KEY: KEY };
    const ended = await execute(node, [bin('apig-tasks'), 'watch', 'a'], env);
    expect(ended, ended.stderr).toMatchObject({ code: 3, stdout: expect.stringContaining('→ Use SWA or NORMAL.') });
    // More than a megabyte is packed before it is sent.
    await writeFile(path.join(folder, 'large.json'), JSON.stringify({ padding: 'x'.repeat(2_000_000) }));
    service.nextStart = { end: 'succeeded', afterAnswers: 1 };
    expect(await execute(node, [bin('apig-tasks'), 'import', 'large.json'], env)).toMatchObject({ code: 0 });
  });

  it.each(nodes)('runs the simulator on %s, or says which Node it needs', async (node) => {
    const { stdout } = await execute(node, ['--version']);
    const ended = await execute(node, [bin('apig-task-notifier'), 'simulator', 'surplus']);
    const isOld = Number.parseInt(stdout.slice(1), 10) < 24;
    const sentence = isOld
      ? /^apig-task-notifier needs Node 24 or later, and this is \d+\..*\n$/
      : /"surplus" is not supported/;
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(sentence) });
  });

  it('runs the demo', async () => {
    const ended = await execute(process.execPath, [bin('apig-task-notifier'), 'demo']);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('partially_succeeded') });
    expect(ended.stdout).toContain('Try it yourself: apig-task-notifier start, then');
  });

  it.each(['doctor', 'key'])('names no npm script in the help of %s', async (command) => {
    const { stdout } = await execute(process.execPath, [bin('apig-task-notifier'), command, '--help']);
    expect(stdout).toContain(`  apig-task-notifier ${command} `);
    expect(stdout).not.toMatch(/npm (run|start)/);
  });

  it('runs the service, which the client finds by itself', async () => {
    const started = spawn(process.execPath, [bin('apig-task-notifier'), 'start'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, PORT: '0' },
    });
    try {
      let output = '';
      started.stdout.on('data', (chunk) => (output += chunk));
      await expect.poll(() => output, { timeout: 20_000 }).toContain('listening on');
      expect(output).toContain('using the simulator');
      const file = path.join(root, 'examples/petstore.json');
      const ended = await execute(process.execPath, [bin('apig-tasks'), 'import', file]);
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(README_OUTPUT) });
    } finally {
      started.kill();
      await once(started, 'exit');
    }
    // Its note is gone with it.
    expect(await execute(process.execPath, [bin('apig-tasks'), 'list'])).toMatchObject({ code: 2 });
  });

  it('synthesises with the construct in an app of ten lines what npm run synth does', async () => {
    for (const peer of ['aws-cdk-lib', 'constructs']) {
      await symlink(path.join(root, 'node_modules', peer), path.join(folder, 'node_modules', peer));
    }
    await writeFile(path.join(folder, 'app.js'), APP);
    const { context } = JSON.parse(await readFile(path.join(root, 'cdk.json'), 'utf8'));
    const ended = await execute(process.execPath, ['app.js'], { CDK_CONTEXT_JSON: JSON.stringify(context) });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const ours = createStack({ alertEmails: ['people@example.com'] });
    const text = await readFile(path.join(folder, 'out', 'ApigTaskNotifier.template.json'), 'utf8');
    const [their, our] = [JSON.parse(text), ours.app.synth().getStackByName('ApigTaskNotifier').template];
    expect(withoutAssets({ ...their, Description: our.Description })).toEqual(withoutAssets(our));
  });

  it('has types with which an app compiles, and a wrong setting does not', async () => {
    await writeFile(path.join(folder, 'app.ts'), APP);
    await writeFile(path.join(folder, 'wrong.ts'), APP.replace('alertEmails', 'alertEmail'));
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--ignoreConfig',
    ];
    const compile = (file: string) =>
      execute(process.execPath, [path.join(root, 'node_modules/.bin/tsc'), ...options, file]);
    expect(await compile('app.ts')).toMatchObject({ code: 0 });
    expect(await compile('wrong.ts')).toMatchObject({ code: 1, stdout: expect.stringContaining("'alertEmail'") });
  });
});

/** What README shows: a time, a task and a group of their own, and the rest as it stands there. */
const README_OUTPUT = new RegExp(
  (/^✔ import.*?(?=^```)/ms.exec(readFileSync('README.md', 'utf8'))?.[0] ?? 'README shows no output')
    .replace(/\+/g, '\\+')
    .replace(/\b(?:\d+(?= s)|[0-9a-f]{32})/g, '\\w+'),
);

/** "Default" keeps CDK from adding the construct's name to every id, so that the templates can be compared. */
const APP = `import { App, Stack } from 'aws-cdk-lib';
import { ApigTaskNotifier } from 'apig-task-notifier/cdk';

const app = new App({ outdir: 'out' });
const stack = new Stack(app, 'ApigTaskNotifier');
const tasks = new ApigTaskNotifier(stack, 'Default', { alertEmails: ['people@example.com'] });
console.log(tasks.events.topicArn, tasks.apiUrl);
app.synth();
`;

/** The functions' code differs: ours is one line in that test. */
function withoutAssets(template: object): unknown {
  return JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, 'asset'));
}
