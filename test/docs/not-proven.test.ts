import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NOT_PROVEN } from '../e2e/not-proven.ts';

it('docs/not-proven.md lists what npm run test:e2e prints at its end', () => {
  const page = readFileSync(new URL('../../docs/not-proven.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^- (.*)$/gm)].map(([, item]) => item);
  expect(listed).toEqual(expect.arrayContaining(NOT_PROVEN));
});
