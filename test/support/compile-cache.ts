import { fileURLToPath } from 'node:url';

/** For the environment of a Node that a test starts: what one has compiled the next one loads, in half the CPU time. */
export const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
};
