import { nextPollAt, type PollSchedule } from '../../functions/schedule/schedule.ts';
import type { Random } from '../random.ts';

/** One task's polls: gives the age of the next one, in milliseconds, each time it is called. */
export type PollAges = () => number;

/** A way to wait for a task. `start` begins with one task; what it draws comes from `random`. */
export type Waiter = { name: string; start: (random: Random) => PollAges };

const SECOND = 1_000;

/** This project's schedule; each task gets an id of its own, so every phase occurs. */
export function ourWaiter(schedule: PollSchedule): Waiter {
  const { minIntervalMs, growth } = schedule;
  const name = `ours: ${minIntervalMs / SECOND} s, +${Math.round(growth * 100)} %`;
  return {
    name,
    start(random) {
      const task = { taskId: String(random()), registeredAtMs: 0 };
      let age = -1;
      return () => {
        age = nextPollAt(task, age, schedule);
        return age;
      };
    },
  };
}

/** What people run today. Each as its own source or documentation says it waits, first poll included. */
export const PEERS: Waiter[] = [
  fixed('KooCLI waiter, 2 s', 2 * SECOND),
  fixed('KooCLI waiter, 5 s (its default)', 5 * SECOND),
  fixed('KooCLI waiter, 10 s', 10 * SECOND),
  fixed('Terraform provider, 20 s after 10 s', 20 * SECOND, 10 * SECOND),
  { name: 'Terraform plugin SDK, doubling from 0.1 s to 10 s', start: () => doubling(100, 10 * SECOND) },
  { name: 'AWS SDK waiter, 2 s to 120 s', start: (random) => awsWaiter(2 * SECOND, 120 * SECOND, random) },
  { name: 'Lambda waitForCondition, 5 s to 300 s', start: waitForCondition },
  { name: 'once a minute (cron)', start: (random) => minutely(random() * 60 * SECOND) },
  fixed('Step Functions Wait, 30 s', 30 * SECOND, 30 * SECOND),
];

function fixed(name: string, intervalMs: number, firstMs = 0): Waiter {
  return { name, start: () => every(intervalMs, firstMs) };
}

function every(intervalMs: number, firstMs: number): PollAges {
  let age = firstMs - intervalMs;
  return () => {
    age += intervalMs;
    return age;
  };
}

/** A timer that runs anyway: the first poll comes at a random share of the minute. */
function minutely(firstMs: number): PollAges {
  return every(60 * SECOND, firstMs);
}

/** terraform-plugin-sdk, `StateChangeConf`: at once, then waits that double up to 10 s. */
function doubling(firstWaitMs: number, longestMs: number): PollAges {
  let age = 0;
  let wait = 0;
  return () => {
    age += wait;
    wait = wait === 0 ? firstWaitMs : Math.min(longestMs, wait * 2);
    return age;
  };
}

/** @smithy/core, `exponentialBackoffWithJitter`: between the shortest wait and a doubling bound, the longest at last. */
function awsWaiter(shortestMs: number, longestMs: number, random: Random): PollAges {
  const ceiling = Math.log2(longestMs / shortestMs) + 1;
  let age = 0;
  let attempt = 0;
  return () => {
    if (attempt > ceiling) age += longestMs;
    else if (attempt > 0) age += shortestMs + random() * (shortestMs * 2 ** (attempt - 1) - shortestMs);
    attempt += 1;
    return age;
  };
}

/** Lambda durable functions, `waitForCondition`'s default: × 1.5 from 5 s to 300 s, full jitter, whole seconds ≥ 1. */
function waitForCondition(random: Random): PollAges {
  let age = 0;
  let attempt = 0;
  return () => {
    if (attempt > 0) {
      const bound = Math.min(300, 5 * 1.5 ** (attempt - 1));
      age += Math.max(1, Math.round(random() * bound)) * SECOND;
    }
    attempt += 1;
    return age;
  };
}
