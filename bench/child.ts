import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the benchmark's own: answers one message at a time. */
export type Child = {
  /** Sends one request and resolves with its answer. Rejects when the process fails or ends first. */
  ask<T>(request: unknown): Promise<T>;
  stop(): Promise<void>;
};

type Reply = { answer?: unknown; error?: string };

/** Starts a module of this folder that calls `answerRequests`, with `environment` and nothing else of ours. */
export function startChild(module: URL, environment: Record<string, string> = {}, execArgv: string[] = []): Child {
  const { PATH = '' } = process.env;
  // The measured process logs to nowhere: what it would cost to write is part of it, what the terminal costs is not.
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
  const child = fork(module, { env: { PATH, ...environment }, stdio: [...stdio], execArgv, serialization: 'advanced' });
  return {
    async ask<T>(request: unknown): Promise<T> {
      const reply = nextReply(child);
      child.send(request as object);
      return (await reply) as T;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function nextReply(child: ChildProcess): Promise<unknown> {
  const waiting = new AbortController();
  try {
    const { signal } = waiting;
    const ended = once(child, 'exit', { signal }).then(([code]) => ({ error: `ended with code ${code}` }));
    const [reply] = (await Promise.race([once(child, 'message', { signal }), ended.then((end) => [end])])) as [Reply];
    if (reply.error !== undefined) throw new Error(`${child.spawnargs.at(-1)}: ${reply.error}`);
    return reply.answer;
  } finally {
    waiting.abort();
  }
}

/** In the child: answers each request, and ends when the parent lets go of it. */
export function answerRequests<T>(answer: (request: T) => Promise<unknown>): void {
  process.on('message', async (request: T) => {
    const reply: Reply = await answer(request).then(
      (value) => ({ answer: value }),
      (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
    process.send?.(reply);
  });
  process.on('disconnect', () => process.exit(0));
}
