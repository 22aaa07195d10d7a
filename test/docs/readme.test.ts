import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

type Lock = { packages: Record<string, { engines?: { node?: string } }> };

it('README says which Node 22 the strictest of all packages wants', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as Lock;
  const wanted = Object.values(packages).flatMap(
    ({ engines }) => /^>=\s*(22\.\d+\.\d+)$/.exec(engines?.node ?? '')?.[1] ?? [],
  );
  const [strictest] = wanted.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  expect(read('README.md')).toContain(`below ${strictest} `);
});
