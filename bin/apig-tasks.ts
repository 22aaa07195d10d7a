import process from 'node:process';
import { runClient } from '../cli/client.ts';
import { EXIT } from '../cli/exit.ts';
import { PATIENCE } from '../cli/io.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort());
}

// A reader that has seen enough, such as `head`, must change neither the wait nor the exit code.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') giveUp(error);
  });
}

// Node's own code for an unexpected error is 1, which says that a task has failed.
process.on('uncaughtException', giveUp);

function giveUp(error: Error): never {
  console.error(error);
  process.exit(EXIT.unreachable);
}

// Without node:timers/promises, which takes a tenth of Node's own start to load.
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end);
  });
}

process.exitCode = await runClient(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  // Opened only by a command that reads it: that takes time.
  get stdin() {
    return process.stdin;
  },
  env: process.env,
  signal: interruption.signal,
  patience: PATIENCE,
  clock: {
    now: Date.now,
    sleep,
  },
});
