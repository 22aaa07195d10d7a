import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type StandIn, startStandIn } from '../cli/stand-in.ts';

// The client in a real terminal: tmux draws what it writes, and says what is on the screen.

let service: StandIn;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apig-terminal-'));
  service = await startStandIn();
});
afterAll(async () => {
  await tmux('kill-server').catch(() => {});
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

const tmux = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' };
  const { stdout } = await promisify(execFile)(
    'tmux',
    ['-S', path.join(folder, 'socket'), '-f', '/dev/null', ...args],
    { env },
  );
  return stdout;
};

const screen = (session: string) => tmux('capture-pane', '-p', '-t', session);

/** A shell with the client's command line, in a terminal of this size. Its exit code is written to a file. */
async function start(session: string, columns: number, command: string): Promise<void> {
  const run = `${process.execPath} bin/apig-tasks.ts ${command}; echo $? >${folder}/${session}`;
  const env = ['-e', `APIG_TASKS_URL=${service.url}`, '-e', `APIG_TASKS_KEY=${KEY}`];
  await tmux('new-session', '-d', '-s', session, '-x', String(columns), '-y', '34', ...env, 'sh');
  await tmux('send-keys', '-t', session, `clear; ${run}`, 'Enter');
}

const exitCode = (session: string) =>
  readFile(path.join(folder, session), 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

const SOON = { timeout: 20_000 };

function addTasks(): void {
  service.tasks.clear();
  service.tasks.set('a1', { end: 'never', afterAnswers: 0, label: 'orders' });
  service.tasks.set('a2', { end: 'never', afterAnswers: 0, label: '订单导入 staging' });
  service.tasks.set('a3', { end: 'succeeded', afterAnswers: -1, label: 'pets' });
}

describe('apig-tasks watch in a terminal', () => {
  it('keeps one table, redraws it in place, and ends with the results', async () => {
    addTasks();
    await start('wide', 100, 'watch a1 a2 a3');
    await expect.poll(() => screen('wide'), SOON).toMatch(/task +state +age +next poll/);
    await expect.poll(() => screen('wide'), SOON).toMatch(/pets +✔ succeeded +1 min 5 s/);
    const before = await screen('wide');
    expect(before).toMatch(/^订单导入 staging {2}processing/m);
    expect(before.match(/next poll/g)).toHaveLength(1);
    service.tasks.set('a1', { end: 'partially_succeeded', afterAnswers: 1, label: 'orders' });
    service.tasks.set('a2', { end: 'succeeded', afterAnswers: 1, label: '订单导入 staging' });
    await expect.poll(() => exitCode('wide'), { timeout: 40_000 }).toBe('3');
    const after = await screen('wide');
    expect(after).not.toContain('next poll');
    expect(after).toContain('▲ orders: import partially succeeded after 1 min 5 s: 1 created, 1 updated, 2 failed');
  });

  it('fits a narrow terminal, and Ctrl-C says that the tasks go on', async () => {
    addTasks();
    await start('narrow', 34, 'watch a1 a2 a3');
    await expect.poll(() => screen('narrow'), SOON).toMatch(/^pets +✔ succeeded/m);
    const lines = (await screen('narrow')).split('\n').filter((line) => /processing|succeeded/.test(line));
    expect(lines).toHaveLength(3);
    await tmux('send-keys', '-t', 'narrow', 'C-c');
    await expect.poll(() => exitCode('narrow'), SOON).toBe('130');
    expect((await screen('narrow')).replaceAll('\n', '')).toContain(
      'The tasks go on, and they are still announced. To come back: apig-tasks watch a1 a2 a3',
    );
  });
});
