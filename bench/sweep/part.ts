import { startChild } from '../child.ts';
import type { Taken } from '../measure.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { formatSpread, ratiosOf, type Spread, spreadOf } from '../stats.ts';
import { drawSweep } from './draw-sweep.ts';
import type { Peer } from './peer-process.ts';
import { type Stage, setStage } from './stage.ts';
import { NAMES, WAYS, type Way } from './ways.ts';

const TASKS = 10_000;
const ROUNDS = 5;
const LATENCY_MS = 50;
/** Enough for the slow peers: about as many CPU seconds as the fast ones need for all. Rates are compared, not times. */
const SLOW_PEER_TASKS = 4_000;
/** One after the other at 50 ms each would take eight minutes a round. */
const SEQUENTIAL_TASKS = 200;

/** Twice each, so that no one is measured while the compiler is still at it; the slow peers are warm sooner, in requests. */
const WARM_UP: Record<Way, number> = { handler: TASKS, floor: TASKS, sdk: 3_000, fetch: 3_000, sequential: 3_000 };

/** Tasks per CPU second and per wall second in one run. */
type Rates = { perCpuS: number; perWallS: number };
type Scenario = { latencyMs: number; runs: Record<Way, Rates[]> };

/** 10,000 pending tasks polled once each, by our handler and by what one would write instead, in turns. */
export async function run(): Promise<PartResult> {
  const stage = await setStage(TASKS);
  try {
    await stage.fill(TASKS);
    const instant = await runScenario(stage, 0);
    const slow = await runScenario(stage, LATENCY_MS);
    const figures = { tasks: TASKS, rounds: ROUNDS, instant: summaryOf(instant), slow: summaryOf(slow) };
    return {
      tables: [tableOf(instant), tableOf(slow)],
      goals: [
        goalOf(instant, 'floor', 0.7),
        goalOf(instant, 'sdk', 3),
        goalOf(slow, 'floor', 0.7),
        goalOf(slow, 'sdk', 3),
      ],
      charts: { 'bench-sweep.svg': drawSweep({ ...figures, latencyMs: LATENCY_MS }) },
      data: figures,
    };
  } finally {
    await stage.close();
  }
}

async function runScenario(stage: Stage, latencyMs: number): Promise<Scenario> {
  const runs: Scenario['runs'] = { handler: [], floor: [], sdk: [], fetch: [], sequential: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of WAYS) runs[way].push(await runOnce(stage, way, latencyMs));
  }
  return { latencyMs, runs };
}

function tasksOf(way: Way, latencyMs: number): number {
  if (way === 'handler' || way === 'floor') return TASKS;
  return way === 'sequential' && latencyMs > 0 ? SEQUENTIAL_TASKS : SLOW_PEER_TASKS;
}

/** One process, warmed up without latency and then measured. */
async function runOnce(stage: Stage, way: Way, latencyMs: number): Promise<Rates> {
  const tasks = tasksOf(way, latencyMs);
  const child = way === 'handler' ? stage.startHandler() : startChild(new URL('peer-process.ts', import.meta.url));
  const sweep = (count: number) =>
    way === 'handler'
      ? child.ask<Taken>({ windowMs: stage.windowMs, segment: 0, totalSegments: 1 })
      : child.ask<Taken>({ peer: way satisfies Peer, url: stage.upstream.url, tasks: count });
  try {
    await stage.upstream.ask({ kind: 'latency', ms: 0 });
    for (let time = 0; time < 2; time += 1) await sweep(WARM_UP[way]);
    await stage.upstream.ask({ kind: 'latency', ms: latencyMs });
    await stage.upstream.ask({ kind: 'polls' });
    const { cpuS, wallS } = await sweep(tasks);
    await expectPolls(stage, tasks);
    return { perCpuS: tasks / cpuS, perWallS: tasks / wallS };
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

/** Ours ÷ the other's, round by round. */
function ratiosTo({ runs }: Scenario, way: Way, rate: keyof Rates): Spread {
  const rates = (of: Way) => runs[of].map((run) => run[rate]);
  return spreadOf(ratiosOf(rates('handler'), rates(way)));
}

function tableOf(scenario: Scenario): Table {
  const { latencyMs, runs } = scenario;
  return {
    title: `${TASKS.toLocaleString('en-US')} pending tasks, upstream answers ${latencyMs === 0 ? 'at once' : `after ${latencyMs} ms`} (medians of ${ROUNDS})`,
    columns: ['way', 'tasks/CPU s', 'tasks/s', 'ours ÷ this, CPU', 'spread', 'ours ÷ this, wall'],
    rows: WAYS.map((way) => {
      const cpu = ratiosTo(scenario, way, 'perCpuS');
      return [
        NAMES[way],
        Math.round(spreadOf(runs[way].map(({ perCpuS }) => perCpuS)).median),
        Math.round(spreadOf(runs[way].map(({ perWallS }) => perWallS)).median),
        cpu.median,
        formatSpread(cpu),
        ratiosTo(scenario, way, 'perWallS').median,
      ];
    }),
  };
}

function goalOf(scenario: Scenario, way: Way, least: number): Goal {
  const ratio = ratiosTo(scenario, way, 'perCpuS');
  const when = scenario.latencyMs === 0 ? 'at once' : `${scenario.latencyMs} ms`;
  return {
    goal: `tasks per CPU second ≥ ${least} × ${NAMES[way]}, ${when}`,
    measured: `${ratio.median.toFixed(2)} (${formatSpread(ratio)})`,
    reached: ratio.median >= least,
  };
}

function summaryOf({ runs }: Scenario) {
  const summary = (way: Way) => ({
    per_cpu_s: spreadOf(runs[way].map(({ perCpuS }) => perCpuS)),
    per_wall_s: spreadOf(runs[way].map(({ perWallS }) => perWallS)),
  });
  return Object.fromEntries(WAYS.map((way) => [way, summary(way)])) as Record<Way, ReturnType<typeof summary>>;
}
