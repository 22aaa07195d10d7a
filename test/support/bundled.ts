import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from '../../lib/bundle-functions.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
/** Two workers never write one file. */
const OWN = `${CACHE}bundled-${process.env.VITEST_POOL_ID ?? 'alone'}/`;

/** For the environment of a Node that a test starts: what one has compiled the next one loads, in half the CPU time. */
export const compileCache = { NODE_COMPILE_CACHE: `${CACHE}compiled` };

const built = new Map<string, Promise<string>>();

/** Path of a command of `bin/` in one file, which starts in a third of the CPU time that its 700 modules need. */
export function bundled(command: 'local' | 'doctor' | 'key'): Promise<string> {
  const path = `${OWN}${command}.mjs`;
  const options = { ...BUNDLE_OPTIONS, entryPoints: [`bin/${command}.ts`], outfile: path };
  const file = built.get(command) ?? build({ ...options, logLevel: 'error' }).then(() => path);
  built.set(command, file);
  return file;
}
