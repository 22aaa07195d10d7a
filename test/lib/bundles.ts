import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions, type FunctionBundle } from '../../lib/bundle-functions.ts';

/** The real functions, bundled into a folder of their own, once per test file. */
export const bundles: FunctionBundle[] = await bundleFunctions({ outdir: mkdtempSync(join(tmpdir(), 'bundles-')) });

export function bundleOf(name: FunctionBundle['name']): FunctionBundle {
  const bundle = bundles.find((each) => each.name === name);
  if (!bundle || !existsSync(join(bundle.path, 'index.mjs'))) throw new Error(`${name} was not bundled`);
  return bundle;
}
