import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

it.each(['docs/how-it-works.md', 'CONTRIBUTING.md'])('%s names files and folders that exist', (page) => {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  const named = [...text.matchAll(/`([a-z][\w-]*\/[\w./-]*|[\w-]+(?:\/[\w-]+)*\.ts)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(5);
  // Rooms are named without `functions/`.
  const missing = named.filter((path) => ![path, `functions/${path}`].some((each) => existsSync(new URL(each, ROOT))));
  expect(missing).toEqual([]);
});
