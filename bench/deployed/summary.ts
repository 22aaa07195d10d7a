import { quantile } from '../stats.ts';
import { IDLE_RECEIVES_A_MONTH, MONTH_S, POLLER_GB, PRICES } from './assumptions.ts';
import type { LifeResult, Load, Used } from './life.ts';

export type Spread = { mean: number; p50: number; p95: number };

/** One life in numbers: times in seconds, delays to the request that found the task over. */
export type Summary = {
  load: Load;
  tasks: number;
  firstPoll: Spread;
  /** What of it the profile's rate alone takes where registrations come together. */
  queue: Spread;
  delay: Spread;
  /** Delay ÷ duration, which counts as ten seconds at least. */
  relativeDelay: Spread;
  /** The same for the schedule alone, on the same tasks. */
  alone: number;
  polls: number;
  doubles: number;
  missed: number;
  killed: number;
  /** A day. */
  billedSeconds: number;
  messagesPerTask: number;
  runsPerTask: number;
  publishesPerTask: number;
  /** A month, of the poller and its wakes alone: no unit of a task's own life is in it. */
  dollars: { lambda: number; messages: number; writes: number; reads: number; beats: number; total: number };
  writeUnits: number;
  readUnits: number;
};

const RELATIVE_FLOOR_MS = 10_000;

export function summarize(load: Load, { seen, used }: LifeResult): Summary {
  const share = (delayMs: number, overMs: number) => delayMs / Math.max(RELATIVE_FLOOR_MS, overMs);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const months = used.lifeS / MONTH_S;
  return {
    load,
    tasks: seen.length,
    firstPoll: spreadOf(seen.map(({ firstPollMs }) => firstPollMs / 1_000)),
    queue: spreadOf(seen.map(({ queueMs }) => queueMs / 1_000)),
    delay: spreadOf(seen.map(({ noticedMs, overMs }) => (noticedMs - overMs) / 1_000)),
    relativeDelay: spreadOf(seen.map(({ noticedMs, overMs }) => share(noticedMs - overMs, overMs))),
    alone: sum(seen.map(({ aloneMs, overMs }) => share(aloneMs - overMs, overMs))) / seen.length,
    polls: sum(seen.map(({ polls }) => polls)) / seen.length,
    doubles: sum(seen.map(({ doubles }) => doubles)),
    ...{ missed: used.missed, killed: used.killed },
    billedSeconds: (used.runSeconds / used.lifeS) * 86_400,
    messagesPerTask: used.messages / seen.length,
    runsPerTask: used.runs / seen.length,
    publishesPerTask: used.publishes / seen.length,
    dollars: dollarsOf(used, months),
    writeUnits: used.writeUnits / months,
    readUnits: used.readUnits / months,
  };
}

/** A message is sent, received and deleted. */
function dollarsOf(used: Used, months: number): Summary['dollars'] {
  const p = PRICES;
  const parts = {
    lambda: (used.runSeconds * POLLER_GB * p.lambdaGbSecond + used.runs * p.lambdaRequest) / months,
    messages: ((3 * used.messages) / months + IDLE_RECEIVES_A_MONTH) * p.sqsRequest,
    writes: (used.writeUnits * p.dynamoWriteUnit) / months,
    reads: (used.readUnits * p.dynamoReadUnit) / months,
    beats: (used.beats * p.schedulerInvocation) / months,
  };
  return { ...parts, total: Object.values(parts).reduce((total, part) => total + part, 0) };
}

function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return { mean, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}
