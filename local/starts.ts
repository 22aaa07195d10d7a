import type { Profiles } from '../functions/huawei/profiles.ts';
import { createHuaweiStarts } from '../functions/huawei/starts.ts';
import { createStarts, type Starts, type StartsDeps } from '../functions/starts/starts.ts';
import type { Clock } from '../functions/tasks/ports.ts';

export type LocalStarts = {
  starts: Pick<Starts, 'start'>;
  /** Ends the heartbeat and closes the sockets. */
  close(): Promise<void>;
};

type LocalStartsOptions = Omit<StartsDeps, 'huawei'> & {
  profiles: Profiles;
  /** The machine's. */
  signingClock: Clock;
};

const HEARTBEAT_MS = 60_000;

/** Starts on one machine, with the heartbeat that goes on with those of a process that died. */
export function createLocalStarts({ profiles, signingClock, ...deps }: LocalStartsOptions): LocalStarts {
  const { clock, log } = deps;
  const huawei = createHuaweiStarts({ profiles: async () => ({ profiles }), clock: signingClock });
  const starts = createStarts({ ...deps, huawei });
  const ending = new AbortController();
  // The folder is locked: whoever wrote an intent before this process has died.
  let deadBeforeMs: number | undefined = clock.now();
  const beat = async () => {
    while (!ending.signal.aborted) {
      await starts
        .resume(clock.now() + HEARTBEAT_MS, deadBeforeMs)
        .catch((error: unknown) => log.error('starts cannot be finished', { error: String(error) }));
      deadBeforeMs = undefined;
      await clock.sleep(HEARTBEAT_MS, ending.signal);
    }
  };
  void beat();
  return {
    starts,
    async close() {
      ending.abort();
      await huawei.close();
    },
  };
}
