import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** A service that is killed and started again; one process at a time. */
export type MortalService = {
  /** Where it listens; undefined while it does not. */
  url(): string | undefined;
  start(): void;
  /** As a power cut would, so many milliseconds after its start or after it listens. */
  killAfter(ms: number, from: 'start' | 'listening'): Promise<void>;
  /** Resolves when it listens; rejects with its output when it ends by itself. */
  listening(): Promise<string>;
};

/** `npm start` without npm. */
export function createMortalService(environment: NodeJS.ProcessEnv): MortalService {
  let child: ChildProcess;
  let url: string | undefined;
  let heard: Promise<string>;
  return {
    url: () => url,
    start() {
      url = undefined;
      child = spawn(process.execPath, ['bin/local.ts'], { env: environment });
      heard = listeningOf(child);
      heard.then(
        (found) => {
          url = found;
        },
        () => {},
      );
    },
    async killAfter(ms, from) {
      if (from === 'listening') await heard;
      await delay(ms);
      if (child.exitCode !== null) await heard;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      url = undefined;
      await ended;
    },
    listening: () => heard,
  };
}

function listeningOf(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise<string>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk;
      const found = /listening on (http:\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('exit', (code) => reject(new Error(`the service ended by itself with ${code}:\n${output}`)));
  });
}
