import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUDGETS, budgetProblem } from '../../lib/bundle-budget.ts';
import { bytesByPackage } from '../../lib/bundle-packages.ts';
import { bundleOf, bundles } from './bundles.ts';

const recorded: Record<string, Record<string, number>> = JSON.parse(
  readFileSync(new URL('bundle-packages.json', import.meta.url), 'utf8'),
);

describe('bundles', () => {
  it.each(bundles)('$name keeps to its budget', (bundle) => {
    expect(budgetProblem(bundle, recorded[bundle.name] ?? {})).toBeUndefined();
  });

  it.each(bundles)(
    '$name has no package that was not recorded on purpose (node bin/bundle.ts --record)',
    ({ name, metafile }) => {
      const known = Object.keys(recorded[name] ?? {});
      expect(Object.keys(bytesByPackage(metafile)).filter((each) => !known.includes(each))).toEqual([]);
    },
  );

  it.each(bundles)('$name is one module, with its source map left out of the asset', ({ path }) => {
    expect(readdirSync(path)).toEqual(['index.mjs']);
  });

  it.each(bundles)('$name has no credentials provider but the environment', ({ metafile }) => {
    const packages = Object.keys(bytesByPackage(metafile));
    expect(packages).toContain('@aws-sdk/credential-provider-env');
    expect(packages.filter((name) => /credential-provider-(?!env)/.test(name))).toEqual([]);
  });
});

describe('the budget', () => {
  it('names the package that grew', () => {
    const bundle = bundleOf('notify-slack');
    const before = { ...bytesByPackage(bundle.metafile) };
    const [largest = ''] = Object.keys(before);
    before[largest] = (before[largest] ?? 0) - 1000;
    const outgrown = { ...bundle, bytes: BUDGETS['notify-slack'] + 7 };
    expect(budgetProblem(outgrown, before)).toBe(
      `notify-slack has 400007 bytes, 7 too many. Grown since the record: ${largest} +1000`,
    );
  });
});
