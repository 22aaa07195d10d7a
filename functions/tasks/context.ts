/** The caller's own pairs of a registration or start, carried unchanged into every event, message and result. */
export type Context = Record<string, string>;

/** The key whose value, an http(s) URL, becomes the link "CI run" in messages. */
export const RUN_URL = 'run_url';

const MAX_PAIRS = 10;
/** UTF-8 bytes of all keys and values together. */
const MAX_BYTES = 1_024;
const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
/** Line breaks and other characters that no message can show, and the two that SQS refuses. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF]/u;

/** What is wrong with a context, or undefined. It names a key only where that is one; never a value. */
export function contextProblem(context: Record<string, unknown>): string | undefined {
  const pairs = Object.entries(context);
  if (pairs.length > MAX_PAIRS) return `must have at most ${MAX_PAIRS} members`;
  if (pairs.some(([key]) => !KEY.test(key)))
    return 'must have names of 1 to 64 letters, digits, "_", "-" and ".", a letter first';
  const wrong = pairs.find(([, value]) => typeof value !== 'string' || UNPRINTABLE.test(value));
  if (wrong) return `must have printable strings as values, and ${wrong[0]} is none`;
  const bytes = pairs.reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  return bytes > MAX_BYTES ? `must have at most ${MAX_BYTES} bytes, names and values together` : undefined;
}
