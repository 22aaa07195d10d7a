import process from 'node:process';

/**
 * Calls `stop` at the first SIGINT or SIGTERM. More of them change nothing: at Ctrl-C there are two, for npm passes on
 * what the terminal has sent to all.
 */
export function onStop(stop: () => Promise<void>): void {
  let isStopping = false;
  const stopOnce = () => {
    if (!isStopping) void stop();
    isStopping = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stopOnce);
}
