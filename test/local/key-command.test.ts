import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findKey, parseApiKeys } from '../../functions/http/api-keys.ts';
import { bundled, compileCache } from '../support/bundled.ts';

const run = promisify(execFile);
const key = async (...args: string[]) =>
  run(process.execPath, [await bundled('key'), ...args], { env: { PATH: process.env.PATH, ...compileCache } });

it('npm run key prints a key once, and an entry that lets it in with its name and scopes', async () => {
  const { stdout } = await key('--name', 'ci-orders', '--scopes', 'register, read,read');
  const made = /^API key, shown only now: (\S{32})$/m.exec(stdout)?.[1] ?? '';
  const entry = stdout.split('\n').find((line) => line.startsWith('{')) ?? '';
  expect(stdout.split(made)).toHaveLength(2);
  const { keys, problems } = parseApiKeys(entry);
  expect(problems).toEqual([]);
  expect(findKey(made, keys)).toMatchObject({ name: 'ci-orders', scopes: ['read', 'register'] });
});

it('npm run key makes another key each time', async () => {
  const args = ['--name', 'ci', '--scopes', 'read'];
  expect((await key(...args)).stdout).not.toBe((await key(...args)).stdout);
});

it.each([
  [['--scopes', 'read'], '--name is missing'],
  [['--name', 'ci'], '--scopes is missing'],
  [['--name', 'a b', '--scopes', 'read'], '--name must be 1 to 64 characters'],
  [['--name', 'ci', '--scopes', 'read,write'], '--scopes: "write" is not one of read, register, start, manage'],
  [['--name', 'ci', '--scopes', ''], '--scopes: "" is not one of'],
  [['--key', 'x'], "Unknown option '--key'"],
])('npm run key -- %j is wrong usage', async (args, complaint) => {
  await expect(key(...args)).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(complaint) });
});
