import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The client as one module for Node 20 and later; it is committed, so that the GitHub action and `npx` need no build. */
export function renderClientBundle(): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('../bin/apig-tasks.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node\n// Generated from cli/ by npm run generate.' },
  });
  return outputFiles[0]?.text ?? '';
}
