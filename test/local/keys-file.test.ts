import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createKeysFile } from '../../local/keys-file.ts';

const named = (...names: string[]) =>
  JSON.stringify({
    named: Object.fromEntries(names.map((name) => [name, { key: `the-key-of-${name}-alone`, scopes: ['read'] }])),
  });

async function open(text: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'keys.json');
  const write = (content: string) => writeFile(file, content);
  await write(text);
  const logged: unknown[] = [];
  const keys = createKeysFile(file, { error: (message, fields) => void logged.push({ message, ...fields }) });
  return { file, write, logged, namesOf: async () => (await keys()).map(({ name }) => name) };
}

it('gives what the file says now, though it changes within one tick of the clock and to the same size', async () => {
  const { write, namesOf } = await open(named('a'));
  expect(await namesOf()).toEqual(['a']);
  for (const name of ['b', 'c', 'd']) {
    await write(named(name));
    expect(await namesOf()).toEqual([name]);
  }
  await write('{}');
  expect(await namesOf()).toEqual([]);
});

it('reads a file that starts with a byte order mark', async () => {
  expect(await (await open(`\uFEFF${named('a')}`)).namesOf()).toEqual(['a']);
});

it('leaves wrong entries out and logs them once, without values', async () => {
  const { namesOf, logged } = await open(JSON.stringify({ keys: ['s3cr3t'], ...JSON.parse(named('a')) }));
  expect([await namesOf(), await namesOf()]).toEqual([['a'], ['a']]);
  expect(logged).toEqual([
    { message: 'API_KEYS_FILE: wrong entries were left out', problems: ['keys.0 is shorter than 16 characters'] },
  ]);
});

it.each([
  ['half a document', '{"keys": ["s3cr3t', 'ends too early, line 1 column 18'],
  ['a list', '["s3cr3t"]', 'is not a JSON object'],
])('keeps the last keys while the file is %s, and logs that once', async (_, text, reason) => {
  const { write, namesOf, logged } = await open(named('a'));
  await namesOf();
  await write(text);
  expect([await namesOf(), await namesOf()]).toEqual([['a'], ['a']]);
  expect(logged).toMatchObject([{ reason: expect.stringContaining(`API_KEYS_FILE ${reason}`) }]);
  expect(JSON.stringify(logged)).not.toContain('s3cr3t');
  await write(named('b'));
  expect(await namesOf()).toEqual(['b']);
});

it('keeps the last keys while the file is away', async () => {
  const { file, namesOf, logged } = await open(named('a'));
  await namesOf();
  await rm(file);
  expect(await namesOf()).toEqual(['a']);
  expect(logged).toMatchObject([{ reason: expect.stringContaining('cannot be read (ENOENT)') }]);
});
