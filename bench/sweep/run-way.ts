import { startChild } from '../child.ts';
import type { Taken } from '../measure.ts';
import type { Peer } from './peer-process.ts';
import type { Stage } from './stage.ts';
import type { Way } from './ways.ts';

/** Pending in the table. */
export const TASKS = 10_000;
export const LATENCY_MS = 50;

/** What one process of a way does in a round, in requests of the peers and in sweeps of ours. */
type Load = {
  /** One call of the measured process asks for so many tasks. */
  tasks: number;
  /** Calls before anything is measured. */
  warmUp: number;
  /** Calls that are measured together where the upstream answers at once. */
  calls: number;
  /** Calls with latency, and the tasks of each. */
  slowCalls: number;
  slowTasks: number;
};

/**
 * A poller lives for hours, so the fast ways are warmed up until the compiler is done with them: 60,000 requests each.
 * The slow peers are warm sooner, and get about as many CPU seconds: rates are compared, not times. One after the other
 * at 50 ms each, 10,000 would take eight minutes a round.
 */
const FAST: Load = { tasks: TASKS, warmUp: 6, calls: 3, slowCalls: 2, slowTasks: TASKS };
const PEER: Load = { tasks: 4_000, warmUp: 2, calls: 1, slowCalls: 1, slowTasks: 2_000 };
const LOADS: Record<Way, Load> = {
  handler: FAST,
  floor: FAST,
  sdk: PEER,
  fetch: PEER,
  sequential: { ...PEER, slowTasks: 100 },
};

/** Tasks per CPU second and per wall second in one run. */
export type Rates = { perCpuS: number; perWallS: number };

/** One process: warmed up, measured, and measured again with latency. */
export async function runWay(stage: Stage, way: Way): Promise<{ instant: Rates; slow: Rates }> {
  const { tasks, warmUp, calls, slowCalls, slowTasks } = LOADS[way];
  const child = way === 'handler' ? stage.startHandler() : startChild(new URL('peer-process.ts', import.meta.url));
  const call = (count: number) =>
    way === 'handler'
      ? child.ask<Taken>({ windowMs: stage.windowMs, segment: 0, totalSegments: 1 })
      : child.ask<Taken>({ peer: way satisfies Peer, url: stage.upstream.url, tasks: count });
  const measureCalls = async (times: number, count: number): Promise<Rates> => {
    await stage.upstream.ask({ kind: 'polls' });
    const taken: Taken[] = [];
    for (let time = 0; time < times; time += 1) taken.push(await call(count));
    await expectPolls(stage, times * count);
    const sum = (what: keyof Taken) => taken.reduce((total, each) => total + each[what], 0);
    return { perCpuS: (times * count) / sum('cpuS'), perWallS: (times * count) / sum('wallS') };
  };
  try {
    await stage.upstream.ask({ kind: 'latency', ms: 0 });
    for (let time = 0; time < warmUp; time += 1) await call(tasks);
    const instant = await measureCalls(calls, tasks);
    await stage.upstream.ask({ kind: 'latency', ms: LATENCY_MS });
    return { instant, slow: await measureCalls(slowCalls, slowTasks) };
  } finally {
    await child.stop();
  }
}

/** A fast sweep that left tasks out would be no achievement. */
async function expectPolls(stage: Stage, expected: number): Promise<void> {
  const { byStatus } = await stage.upstream.ask<{ byStatus: Record<string, number> }>({ kind: 'polls' });
  if (byStatus['200'] !== expected)
    throw new Error(`${expected} polls expected, the simulator saw ${JSON.stringify(byStatus)}`);
}
