import type { Metafile } from 'esbuild';

/** Bytes that each npm package has in a bundle; `(project)` is our own code, `(stubs)` the stand-ins. */
export function bytesByPackage(metafile: Metafile): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = packageOf(file);
      sizes[name] = (sizes[name] ?? 0) + bytesInOutput;
    }
  }
  return Object.fromEntries(Object.entries(sizes).sort(([, a], [, b]) => b - a));
}

function packageOf(file: string): string {
  if (file.startsWith('stub:')) return '(stubs)';
  // The last one: a nested copy counts for the package it is, not for the one it lies in.
  const inside = file.split('node_modules/').at(-1);
  if (inside === file || inside === undefined) return '(project)';
  return inside.split('/', inside.startsWith('@') ? 2 : 1).join('/');
}
