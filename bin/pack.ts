import { mkdir, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import * as z from 'zod';
import { renderCdkTypes } from '../generate/cdk-types.ts';
import { BUNDLE_OPTIONS, bundleFunctions } from '../lib/bundle-functions.ts';
import { settingsSchema } from '../lib/settings.ts';

/** Builds what `npm pack` packs beside the client: the functions, the service's command and the construct, in `dist`. */
await Promise.all(['dist/bin', 'dist/cdk'].map((folder) => rm(folder, { recursive: true, force: true })));
await Promise.all([bundleFunctions({ outdir: 'dist/functions' }), bundleService(), bundleConstruct(), writeTypes()]);

async function bundleService(): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: ['bin/apig-task-notifier.ts'],
    outdir: 'dist/bin',
    outExtension: { '.js': '.mjs' },
    // Each command is read when it runs, and the oldest Node gets to the sentence that it is too old.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: `#!/usr/bin/env node\n${BUNDLE_OPTIONS.banner?.js ?? ''}` },
    logLevel: 'error',
  });
}

async function bundleConstruct(): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    minify: false,
    entryPoints: ['lib/apig-task-notifier.ts'],
    outfile: 'dist/cdk/index.js',
    target: 'node20',
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
    logLevel: 'error',
  });
}

async function writeTypes(): Promise<void> {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-7' });
  await mkdir('dist/cdk', { recursive: true });
  await writeFile('dist/cdk/index.d.ts', await renderCdkTypes(schema as Parameters<typeof renderCdkTypes>[0]));
}
