import type { Goal, PartResult, Table } from '../part.ts';
import { formatSpread, ratiosOf, type Spread, spreadOf } from '../stats.ts';
import { drawSweep } from './draw-sweep.ts';
import { LATENCY_MS, type Rates, runWay, TASKS } from './run-way.ts';
import { type Stage, setStage } from './stage.ts';
import { NAMES, WAYS, type Way } from './ways.ts';

const ROUNDS = 5;

type Scenario = { latencyMs: number; runs: Record<Way, Rates[]> };

/** 10,000 pending tasks polled once each, by our handler and by what one would write instead, in turns. */
export async function run(): Promise<PartResult> {
  const stage = await setStage(TASKS);
  try {
    await stage.fill(TASKS);
    const { instant, slow } = await runRounds(stage);
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
      data: { ...figures, ratios: { instant: ratiosToAll(instant), slow: ratiosToAll(slow) } },
    };
  } finally {
    await stage.close();
  }
}

/** Every second round goes through the ways backwards, so that none has always the same neighbour. */
async function runRounds(stage: Stage): Promise<{ instant: Scenario; slow: Scenario }> {
  const none = (): Scenario['runs'] => ({ handler: [], floor: [], sdk: [], fetch: [], sequential: [] });
  const [instant, slow]: [Scenario, Scenario] = [
    { latencyMs: 0, runs: none() },
    { latencyMs: LATENCY_MS, runs: none() },
  ];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of round % 2 === 0 ? WAYS : WAYS.toReversed()) {
      const rates = await runWay(stage, way);
      instant.runs[way].push(rates.instant);
      slow.runs[way].push(rates.slow);
    }
  }
  return { instant, slow };
}

/** Ours ÷ the other's, round by round. */
function ratiosTo({ runs }: Scenario, way: Way, rate: keyof Rates): Spread {
  const rates = (of: Way) => runs[of].map((run) => run[rate]);
  return spreadOf(ratiosOf(rates('handler'), rates(way)));
}

function ratiosToAll(scenario: Scenario) {
  const ratios = (way: Way) => ({ cpu: ratiosTo(scenario, way, 'perCpuS'), wall: ratiosTo(scenario, way, 'perWallS') });
  return Object.fromEntries(WAYS.filter((way) => way !== 'handler').map((way) => [way, ratios(way)]));
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
