import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(root, 'docs'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
const anchorsOf = (file: string) =>
  [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('names only commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, name = ''] of text.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name);
  });

  it('links only to what is there', () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? page : path.join(path.dirname(page), file);
      expect(existsSync(path.join(root, linked)), `${page} links to ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(linked), `${page} links to ${target}`).toContain(anchor);
    }
  });
});

describe('docs/local.md', () => {
  it('lists only environment names that npm start reads', () => {
    const rows = [...read('docs/local.md').matchAll(/^\| (`[A-Z][A-Z_]+`.*?) \|/gm)].map(([, names = '']) => names);
    const names = rows.flatMap((row) => [...row.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name = '']) => name));
    expect(names.length).toBeGreaterThan(15);
    const source = read('local/local-config.ts') + read('local/huawei-variables.ts');
    for (const name of names) expect(source).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('has the default of the shortest interval', () => {
    expect(read('docs/local.md')).toContain(`| ${DEFAULT_SCHEDULE.minIntervalMs} (from the [benchmark]`);
  });
});
