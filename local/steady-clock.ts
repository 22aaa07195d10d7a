import type { Clock, Log } from '../functions/tasks/ports.ts';

/** A step of the machine's clock. Epoch milliseconds before and after it, as the steady clock has them. */
export type ClockStep = { fromMs: number; toMs: number };

type Options = {
  /** The machine's clock, which people and time servers set. */
  machine: Clock;
  /** Milliseconds of a clock that nobody sets, from any origin. */
  monotonicMs(): number;
  log: Pick<Log, 'warn'>;
};

export type SteadyClock = Clock & {
  /** Takes the latest time that an earlier process wrote, so that a clock which was set back in between is noticed. */
  continueFrom(lastMs: number): void;
  /** Calls back at each step forward, which may have passed the deadline of many tasks at once. */
  onForward(listener: (step: ClockStep) => void): void;
};

/** Corrections below this are everyday. */
const STEP_MS = 5_000;
/** Times that are further ahead than this were not written by a clock that was set back. */
const LONGEST_LEAD_MS = 86_400_000;
/** How fast it runs while it waits for the machine's clock. */
const SLOW = 0.9;

/**
 * A clock that never goes back, for what depends on order and age: when a task is polled, when a message is due.
 *
 *     set back     it continues, a tenth slower, until the machine's clock has caught up
 *     set forward  it follows at once
 *
 * Each step is logged once. Signatures need the machine's clock, whatever that shows.
 */
export function createSteadyClock({ machine, monotonicMs, log }: Options): SteadyClock {
  let wall = machine.now();
  let mono = monotonicMs();
  let now = wall;
  const listeners: ((step: ClockStep) => void)[] = [];
  return {
    now() {
      const [newWall, newMono] = [machine.now(), monotonicMs()];
      const elapsed = Math.max(0, newMono - mono);
      const step = newWall - wall - elapsed;
      const before = now;
      now = Math.max(newWall, now + elapsed * (newWall < now + elapsed ? SLOW : 1));
      [wall, mono] = [newWall, newMono];
      if (Math.abs(step) > STEP_MS) logStep(log, step);
      if (step > STEP_MS && now > before + elapsed)
        for (const listen of listeners) listen({ fromMs: before, toMs: now });
      return Math.floor(now);
    },
    sleep: machine.sleep,
    continueFrom(lastMs) {
      const lead = lastMs - wall;
      if (lead > STEP_MS) logStep(log, -lead);
      if (lead > 0 && lead <= LONGEST_LEAD_MS) now = lastMs;
    },
    onForward: (listener) => void listeners.push(listener),
  };
}

function logStep(log: Pick<Log, 'warn'>, stepMs: number): void {
  const seconds = Math.round(Math.abs(stepMs) / 1_000);
  if (stepMs < 0) log.warn("The machine's clock was set back. Polling and deliveries continue", { seconds });
  else log.warn("The machine's clock went forward, or the machine slept", { seconds });
}
