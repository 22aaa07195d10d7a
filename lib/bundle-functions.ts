import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { lightenPlugin } from './lighten-plugin.ts';

/** The functions that AWS calls: `functions/runtime/<name>.lambda.ts`. */
export const FUNCTION_NAMES = ['tasks-api', 'start-tasks', 'poll-tasks', 'notify-channels', 'deliver-webhook'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** One function, ready for `Code.fromAsset(path)`. */
export type FunctionBundle = {
  name: FunctionName;
  /** Folder that holds `index.mjs` and nothing else. */
  path: string;
  bytes: number;
  metafile: Metafile;
};

export type BundleOptions = {
  /** Gets a folder per function, and `maps/` with the source maps, which stay out of the assets. */
  outdir: string;
  /** Folder of the `*.lambda.ts` files. */
  entryDir?: string;
  names?: readonly FunctionName[];
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** ESM has no `require`, which the CommonJS inside a bundle calls for Node's own modules. */
const REQUIRE_BANNER = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

/** Bundles each function into one minified module. Throws esbuild's error when an entry does not build. */
export async function bundleFunctions(options: BundleOptions): Promise<FunctionBundle[]> {
  const { outdir, entryDir = join(ROOT, 'functions/runtime'), names = FUNCTION_NAMES } = options;
  await mkdir(join(outdir, 'maps'), { recursive: true });
  return Promise.all(names.map((name) => bundleFunction(name, { outdir, entryDir })));
}

/** How everything for Lambda's Node 24 is bundled; a benchmark bundles the SDK's clients alone in the same way. */
export const BUNDLE_OPTIONS: BuildOptions & { metafile: true } = {
  bundle: true,
  minify: true,
  metafile: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE_BANNER },
};

/** The folders by function name. */
export function bundlePaths(bundles: Pick<FunctionBundle, 'name' | 'path'>[]): Record<FunctionName, string> {
  return Object.fromEntries(bundles.map(({ name, path }) => [name, path])) as Record<FunctionName, string>;
}

async function bundleFunction(
  name: FunctionName,
  { outdir, entryDir }: { outdir: string; entryDir: string },
): Promise<FunctionBundle> {
  const path = join(outdir, name);
  await rm(path, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: [join(entryDir, `${name}.lambda.ts`)],
    outfile: join(path, 'index.mjs'),
    absWorkingDir: ROOT,
    nodePaths: [join(ROOT, 'node_modules')],
    ...BUNDLE_OPTIONS,
    sourcemap: 'external',
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'error',
    // undici leaves its experimental parser out when Node bundles it this way.
    define: { esbuildDetection: 'true' },
    plugins: [lightenPlugin],
  });
  await rename(join(path, 'index.mjs.map'), join(outdir, 'maps', `${name}.mjs.map`));
  return { name, path, bytes: bytesOf(metafile, 'index.mjs'), metafile };
}

function bytesOf(metafile: Metafile, suffix: string): number {
  return Object.entries(metafile.outputs).find(([file]) => file.endsWith(suffix))?.[1].bytes ?? 0;
}
