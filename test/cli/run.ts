import { setTimeout as delay } from 'node:timers/promises';
import { runClient } from '../../cli/client.ts';
import type { Io, Patience } from '../../cli/io.ts';
import { KEY } from './stand-in.ts';

export type Ran = { code: number; out: string; err: string };

/** Short, so that a test meets every limit. */
export const IMPATIENT: Patience = {
  ...{ silenceMs: 400, giveUpMs: 1_500, firstPauseMs: 5, longestPauseMs: 40, holdMs: 1_000, redrawMs: 50 },
  ...{ spreadMs: 1, quietMs: 60_000 },
};

export type RunOptions = {
  url?: string;
  env?: Record<string, string>;
  stdin?: string;
  signal?: AbortSignal;
  patience?: Partial<Patience>;
  /** Of a terminal on standard error. */
  columns?: number;
};

/** Runs a command line in this process, as `apig-tasks` does in its own. */
export async function run(argv: string[], options: RunOptions = {}): Promise<Ran> {
  const { url, columns, stdin = '' } = options;
  let [out, err] = ['', ''];
  const io: Io = {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text), ...(columns && { columns, isTTY: true, rows: 24 }) },
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    env: { ...(url && { APIG_TASKS_URL: url, APIG_TASKS_KEY: KEY }), DATA_DIR: '/nonexistent', ...options.env },
    signal: options.signal ?? new AbortController().signal,
    clock: { now: Date.now, sleep: (ms, signal) => delay(ms, undefined, signal && { signal }).catch(() => undefined) },
    patience: { ...IMPATIENT, ...options.patience },
  };
  const code = await runClient(argv, io);
  return { code, out, err };
}

/** Each line of `--json`, parsed. */
export const objectsOf = ({ out }: Ran) =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
