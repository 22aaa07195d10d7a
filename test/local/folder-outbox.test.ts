import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../functions/tasks/errors.ts';
import { openFolderOutbox } from '../../local/folder-outbox.ts';
import type { OutboxEntry } from '../../local/outbox.ts';
import { silentLog } from '../support/fixtures.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'outbox-'));
  folders.push(folder);
  return folder;
}

/** Opens as a new process would; `lines` is what it logs. */
async function open(folder: string, maxBytes?: number) {
  const lines: { message: string; fields: Record<string, unknown> | undefined }[] = [];
  const log = { error: (message: string, fields?: Record<string, unknown>) => void lines.push({ message, fields }) };
  const outbox = await openFolderOutbox<string>({ folder, log, ...(maxBytes !== undefined && { maxBytes }) });
  return { outbox, lines };
}

const entry = (...messages: string[]): OutboxEntry<string> => ({
  subscriber: 'slack',
  waiting: messages.map((message) => ({ message, attempts: 2, firstAtMs: 5, dueAtMs: 9 })),
});
const messagesIn = (entries: OutboxEntry<string>[]) => entries.map(({ waiting }) => waiting.map((one) => one.message));

describe('Folder outbox', () => {
  it('gives back what an earlier process left, oldest first and once', async () => {
    const folder = await newFolder();
    const { outbox } = await open(folder);
    expect(outbox.takeLeft()).toEqual([]);
    const added = [...(await outbox.add([entry('a', 'Grüße 😀\n'), entry('b')])), ...(await outbox.add([entry('c')]))];
    const { outbox: next, lines } = await open(folder);
    expect(next.takeLeft()).toEqual(added);
    expect(next.takeLeft()).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('keeps what is left of an entry, and forgets what is over', async () => {
    const folder = await newFolder();
    const { outbox } = await open(folder);
    const [first, second] = await outbox.add([entry('a', 'b'), entry('c')]);
    if (first === undefined || second === undefined) return expect.fail('not added');
    await outbox.replace({ ...first, waiting: first.waiting.slice(1) });
    await outbox.remove(second.id);
    await outbox.remove(second.id);
    const { outbox: next } = await open(folder);
    expect(messagesIn(next.takeLeft())).toEqual([['b']]);
    await next.add([entry('d')]);
    expect(messagesIn((await open(folder)).outbox.takeLeft())).toEqual([['b'], ['d']]);
  });

  it('keeps its files from other users', async () => {
    const folder = await newFolder();
    await (await open(folder)).outbox.add([entry('a')]);
    const [name = ''] = await readdir(folder);
    expect((await stat(path.join(folder, name))).mode & 0o077).toBe(0);
  });

  it('sets a damaged entry aside, says where and why, and opens with the others', async () => {
    const folder = await newFolder();
    await (await open(folder)).outbox.add([entry('a'), entry('b'), entry('c'), entry('d')]);
    const fileOf = (n: number) => path.join(folder, `00000000000${n}.entry`);
    const bytes = await readFile(fileOf(1));
    await writeFile(fileOf(1), bytes.subarray(0, bytes.length - 1));
    await writeFile(fileOf(2), '');
    await rm(fileOf(3));
    await mkdir(fileOf(3));
    const { outbox, lines } = await open(folder);
    expect(messagesIn(outbox.takeLeft())).toEqual([['d']]);
    const reasons = ['it is cut off or changed', 'it is cut off or changed', 'it cannot be read (EISDIR)'];
    expect(lines.map(({ fields }) => fields?.reason)).toEqual(reasons);
    expect(new Set(lines.map(({ message }) => message))).toEqual(
      new Set(['undelivered messages are damaged and set aside']),
    );
    expect(await readFile(String(lines[0]?.fields?.file))).toEqual(bytes.subarray(0, bytes.length - 1));
    expect((await open(folder)).lines).toEqual([]);
  });

  it('never takes a damaged entry for a sound one, wherever it is cut or changed', async () => {
    const folder = await newFolder();
    await (await open(folder)).outbox.add([entry('a message', 'another')]);
    const file = path.join(folder, '000000000001.entry');
    const sound = await readFile(file);
    const damage = fc.record({ at: fc.nat(sound.length - 1), flip: fc.integer({ min: 0, max: 255 }) });
    const check = async ({ at, flip }: { at: number; flip: number }) => {
      const changed = Buffer.from(sound);
      changed[at] = (changed[at] ?? 0) ^ flip;
      await writeFile(file, flip === 0 ? sound.subarray(0, at) : changed);
      const { outbox, lines } = await open(folder);
      expect(outbox.takeLeft()).toEqual([]);
      expect(lines).toHaveLength(1);
    };
    await fc.assert(fc.asyncProperty(damage, check), { numRuns: 300 });
  });

  it('clears away what was never finished', async () => {
    const folder = await newFolder();
    await writeFile(path.join(folder, '000000000001.entry.3c9e.tmp'), 'half');
    expect((await open(folder)).outbox.takeLeft()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes nothing more while too much waits', async () => {
    const { outbox } = await open(await newFolder(), 500);
    const [first] = await outbox.add([entry('x'.repeat(600))]);
    await expect(outbox.add([entry('y')])).rejects.toThrow(/is full: 7\d\d bytes/);
    await outbox.remove(first?.id ?? '');
    await expect(outbox.add([entry('y')])).resolves.toHaveLength(1);
  });

  it('keeps all of what is added together, or nothing of it', async () => {
    const folder = await newFolder();
    const { outbox } = await open(folder);
    const inTheWay = path.join(folder, '000000000002.entry');
    await mkdir(inTheWay);
    await expect(outbox.add([entry('a'), entry('b'), entry('c')])).rejects.toThrow(StoreError);
    expect(await readdir(folder)).toEqual([path.basename(inTheWay)]);
    await expect(outbox.add([entry('d')])).resolves.toMatchObject([{ id: '000000000004' }]);
  });

  it('reports a folder that it cannot use', async () => {
    const file = path.join(await newFolder(), 'a-file');
    await writeFile(file, '');
    await expect(openFolderOutbox({ folder: file, log: silentLog })).rejects.toThrow(StoreError);
  });
});
