import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { countEntries } from '../../bench/walk/coverage.ts';
import { describeWalk, excessOf } from '../../bench/walk/walk.ts';

describe('countEntries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'walk-'));
  // By Node itself: Vitest would wrap each module into a function of its own.
  const load = createRequire(import.meta.url);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('counts the functions entered in the span, and no file that was only imported', async () => {
    const counter = await countEntries(pathToFileURL(`${folder}/`));
    const idle = write('idle.mjs', 'export const value = 1;\nexport function unused() {}\n');
    const busy = write('busy.mjs', 'export function before() {}\nexport function inside() {}\nfunction never() {}\n');
    const { before, inside } = load(busy);
    before();
    const entered = await counter.during(async () => {
      load(idle);
      inside();
    });
    await counter.close();
    expect(entered).toEqual([{ file: expect.stringMatching(/busy\.mjs$/), lines: 3, functions: ['inside'] }]);
  });
});

describe('a walk', () => {
  const file = (name: string, lines: number) => ({ file: name, lines, functions: ['a', ''] });
  const short = { title: 'One poll', maxFiles: 2, entered: [file('a.ts', 300), file('b.ts', 10)] };
  const long = { ...short, entered: [...short.entered, file('c.ts', 301)] };

  it('is over its goals with a file too many, and with a file too long', () => {
    expect(excessOf(short)).toEqual([]);
    expect(excessOf(long)).toEqual(['One poll: 3 files, goal 2', 'c.ts: 301 lines, goal 300']);
  });

  it('is printed with its totals and a row for each file', () => {
    expect(describeWalk(short)).toContain('2 files (goal 2), 4 functions, 310 lines in these files');
    expect(describeWalk(short)).toContain('a.ts   300  a + 1 nameless');
  });
});
