import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { embedSamples, renderSamples } from '../../generate/samples.ts';

const folder = new URL('../../docs/samples/', import.meta.url);
const samples = renderSamples();

it.each(Object.keys(samples))('docs/samples/%s is what the code writes today (else: npm run generate)', (name) => {
  expect(readFileSync(new URL(name, folder), 'utf8')).toBe(samples[name]);
});

it('docs/samples holds no file that the code no longer writes', () => {
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(samples).toSorted());
});

it('docs/notifications.md shows what the code writes today', () => {
  const page = readFileSync(new URL('../notifications.md', folder), 'utf8');
  expect(page.match(/<!-- sample /g)?.length).toBeGreaterThan(5);
  expect(embedSamples(page, samples)).toBe(page);
});
