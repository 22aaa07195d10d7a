import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { runClient } from '../cli/client.ts';
import { PATIENCE } from '../cli/io.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort());
}

// A reader that has seen enough, such as `head`, must change neither the wait nor the exit code.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { stdout, stderr, stdin, env } = process;
process.exitCode = await runClient(process.argv.slice(2), {
  ...{ stdout, stderr, stdin, env, patience: PATIENCE, signal: interruption.signal },
  clock: {
    now: Date.now,
    sleep: (ms, signal) => delay(ms, undefined, signal && { signal }).catch(() => undefined),
  },
});
