import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { drawDurations } from '../schedule/durations.ts';
import { type ReplayResult, replay } from '../schedule/replay.ts';
import { ourWaiter, PEERS } from '../schedule/waiters.ts';
import { MONTH_S, PRICES } from './assumptions.ts';

/** A way to wait in AWS: what it costs a month at so many tasks a day, and how late it notices, in seconds. */
export type Peer = { name: string; replay: ReplayResult; dollars(tasksPerDay: number): number };

const POLL_S = 0.25;
const POLL_GB = 0.125;
/** The function that asks Huawei Cloud once. */
const POLL_DOLLARS = PRICES.lambdaRequest + POLL_S * POLL_GB * PRICES.lambdaGbSecond;
/** Wait, Task and Choice. */
const TRANSITIONS_A_POLL = 3;
const DAYS = MONTH_S / 86_400;

/** What others would build, on the durations of the `schedule` part; storing and notifying come on top for all of them. */
export function peersOf(tasks = 20_000): Peer[] {
  const durations = drawDurations(tasks, 1);
  const named = (name: string) => {
    const found = PEERS.find((peer) => peer.name.startsWith(name));
    if (found === undefined) throw new Error(`no way of waiting is called ${name}`);
    return replay(found, durations);
  };
  const schedule = replay(ourWaiter(DEFAULT_SCHEDULE), durations);
  return [
    { name: 'a function every minute (cron)', replay: named('once a minute'), dollars: cronDollars },
    stepFunctions('Step Functions, Wait of 30 s', named('Step Functions')),
    stepFunctions('Step Functions, at this schedule', schedule),
    durable('durable functions, waitForCondition', named('Lambda waitForCondition')),
    durable('durable functions, at this schedule', schedule),
  ];
}

/** One run a minute, which takes as long as its polls do at eight a second. */
function cronDollars(tasksPerDay: number): number {
  const polls = 2 * tasksPerDay * DAYS;
  const runs = 1_440 * DAYS;
  const seconds = runs * 0.05 + polls / 8;
  return runs * (PRICES.lambdaRequest + PRICES.schedulerInvocation) + seconds * 2 * POLL_GB * PRICES.lambdaGbSecond;
}

function stepFunctions(name: string, result: ReplayResult): Peer {
  const perTask = (result.polls * TRANSITIONS_A_POLL + 2) * PRICES.stepTransition + result.polls * POLL_DOLLARS;
  return { name, replay: result, dollars: (tasksPerDay) => tasksPerDay * DAYS * perTask };
}

/** One operation for the start, one for each check, one for the end; each check is an invocation. */
function durable(name: string, result: ReplayResult): Peer {
  const perTask = (result.polls + 2) * PRICES.durableOperation + result.polls * POLL_DOLLARS;
  return { name, replay: result, dollars: (tasksPerDay) => tasksPerDay * DAYS * perTask };
}

/**
 * The design that this one replaced: a run of a minute, called by the minute, at 4 s, +25 %. Its code is gone; these are
 * what a simulation of it gave on the same durations, in November 2026. Dollars are at 256 MB.
 */
export const BEFORE = [
  { tasksPerDay: 10, firstMean: 29.6, firstP95: 57, delayMean: 22.1, relativeDelay: 1.47, polls: 3.4, dollars: 0.1 },
  { tasksPerDay: 100, firstMean: 29.2, firstP95: 57, delayMean: 21.7, relativeDelay: 1.46, polls: 3.5 },
  {
    tasksPerDay: 1_000,
    firstMean: 21.8,
    firstP95: 55,
    delayMean: 17.1,
    relativeDelay: 1.05,
    polls: 4.1,
    dollars: 2.93,
  },
  { tasksPerDay: 10_000, firstMean: 2, firstP95: 7, delayMean: 7.8, relativeDelay: 0.18, polls: 6.6 },
  { tasksPerDay: 100_000, firstMean: 0.5, firstP95: 1, delayMean: 7.5, relativeDelay: 0.16, polls: 6.8, dollars: 9.16 },
] as const;
