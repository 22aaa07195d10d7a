import { writeFileSync } from 'node:fs';
import { bundleFunctions, type FunctionBundle } from '../lib/bundle-functions.ts';
import { bytesByPackage } from '../lib/bundle-packages.ts';

/** `node bin/bundle.ts [--record]` bundles the functions, prints what is in them, and may record it for the budget test. */
const RECORD = new URL('../test/lib/bundle-packages.json', import.meta.url);

function print({ name, bytes, metafile }: FunctionBundle) {
  console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB`);
  for (const [each, size] of Object.entries(bytesByPackage(metafile)).slice(0, 10)) {
    console.log(`  ${(size / 1000).toFixed(1).padStart(6)}  ${each}`);
  }
}

const bundles = await bundleFunctions({ outdir: 'dist/functions' });
bundles.forEach(print);
if (process.argv.includes('--record')) {
  const packages = Object.fromEntries(bundles.map(({ name, metafile }) => [name, bytesByPackage(metafile)]));
  writeFileSync(RECORD, `${JSON.stringify(packages, null, 2)}\n`);
}
