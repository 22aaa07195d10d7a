import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isLoopbackHost } from '../functions/names.ts';
import { type Stop, wrongUsage } from './exit.ts';
import type { Target } from './request.ts';

export type ConnectionOptions = {
  /** `--url` and `--key-file`. */
  url?: string | undefined;
  keyFile?: string | undefined;
  env: Record<string, string | undefined>;
  note(text: string): void;
};

/**
 * Where the service is, and the key: from the options, else from `APIG_TASKS_URL` and `APIG_TASKS_KEY`, else the service
 * that `npm start` runs on this machine. Throws `Stop` with what to change; never shows a key.
 */
export function findService({ url, keyFile, env, note }: ConnectionOptions): Target {
  const folder = env.DATA_DIR || '.data';
  const local = readLocal(folder);
  const chosen = url ?? (env.APIG_TASKS_URL || undefined);
  const name = url === undefined ? 'APIG_TASKS_URL' : '--url';
  const origin = chosen === undefined ? (local.url ?? noService(folder)) : checkUrl(chosen, name, note);
  const key = givenKey(keyFile, env) ?? (origin === local.url ? local.key : undefined);
  if (key === undefined) throw noKey(origin);
  return { url: origin, key };
}

/** `npm start` leaves its URL and its generated key in `DATA_DIR`. A URL of another machine there is not ours to trust. */
function readLocal(folder: string): { url?: string; key?: string } {
  const [url, key] = ['url', 'api-key'].map((name) => readText(path.join(folder, name))?.trim());
  const parsed = parseUrl(url ?? '');
  if (parsed === undefined || !isLoopbackHost(parsed.hostname)) return {};
  return { url: parsed.origin, ...(key && { key }) };
}

function noService(folder: string): never {
  throw wrongUsage(
    `Which service? Set APIG_TASKS_URL and APIG_TASKS_KEY, pass --url and --key-file, or start one on this machine with npm start (none is noted in ${folder}).`,
  );
}

function noKey(url: string): Stop {
  return wrongUsage(`No API key for ${url}. Set APIG_TASKS_KEY, or pass --key-file.`);
}

function checkUrl(text: string, name: string, note: (text: string) => void): string {
  const url = parseUrl(text.trim());
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw wrongUsage(`${name} is not a URL such as https://tasks.example.com.`);
  }
  if (url.username || url.password) throw wrongUsage(`${name} must not contain a user or password.`);
  if (url.pathname !== '/' || url.search || url.hash) {
    throw wrongUsage(`${name} must end after the host, as in ${url.origin}: the client adds paths such as /tasks.`);
  }
  if (/\/\s*$/.test(text)) note(`${name}: ignored the slash at its end`);
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    note(`${name} is plain http: anyone on the way can read the key`);
  }
  return url.origin;
}

function givenKey(keyFile: string | undefined, env: ConnectionOptions['env']): string | undefined {
  if (keyFile === undefined) return env.APIG_TASKS_KEY ? checkKey(env.APIG_TASKS_KEY, 'APIG_TASKS_KEY') : undefined;
  const text = readText(keyFile);
  if (text === undefined) throw wrongUsage(`--key-file ${keyFile} cannot be read.`);
  return checkKey(text.replace(/\r?\n$/, ''), `The key in ${keyFile}`);
}

function checkKey(key: string, name: string): string {
  if (key === '') throw wrongUsage(`${name} is empty.`);
  if (/[\r\n]/.test(key)) throw wrongUsage(`${name} contains a line break. Store it without one, as with printf '%s'.`);
  if (!/^[\x21-\x7e]+$/.test(key)) throw wrongUsage(`${name} contains a space or a character that no key has.`);
  return key;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Node 20 has no `URL.parse`. */
function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
