import { drawChart } from '../chart.ts';
import type { Taken } from '../measure.ts';
import type { PartResult } from '../part.ts';
import { type Stage, setStage } from '../sweep/stage.ts';

/** Pending tasks, and the shards they are swept in: each in a fresh process of its own, all at once. */
const RUNS = [
  { tasks: 1_000, shards: 1 },
  { tasks: 10_000, shards: 1 },
  { tasks: 10_000, shards: 2 },
  { tasks: 10_000, shards: 4 },
  { tasks: 50_000, shards: 1 },
  { tasks: 50_000, shards: 2 },
  { tasks: 200_000, shards: 1 },
  { tasks: 200_000, shards: 4 },
];
const MOST_TASKS = 200_000;
/** As Lambda starts a function of 512 MB. */
const LAMBDA_LIKE = ['--max-old-space-size=460', '--max-semi-space-size=16'];

type Sweep = Taken & { peakMb: number };
type Row = {
  tasks: number;
  shards: number;
  cpuS: number;
  wallS: number;
  peakMb: number;
  missed: number;
  doubled: number;
};

/** One sweep of everything that is pending, for growing numbers of tasks and shards. */
export async function run(): Promise<PartResult> {
  const stage = await setStage(MOST_TASKS);
  try {
    const rows: Row[] = [];
    for (const { tasks, shards } of RUNS) {
      await stage.fill(tasks);
      rows.push(await sweepOnce(stage, tasks, shards));
    }
    return report(rows);
  } finally {
    await stage.close();
  }
}

async function sweepOnce(stage: Stage, tasks: number, shards: number): Promise<Row> {
  await stage.upstream.ask({ kind: 'start', tasks });
  const children = Array.from({ length: shards }, () => stage.startHandler(LAMBDA_LIKE));
  try {
    const { windowMs } = stage;
    const ask = (segment: number) => children[segment]?.ask<Sweep>({ windowMs, segment, totalSegments: shards });
    const sweeps = (await Promise.all(children.map((_, segment) => ask(segment)))).filter(
      (sweep) => sweep !== undefined,
    );
    const tally = await stage.upstream.ask<{ missed: number; doubled: number }>({ kind: 'tally', tasks });
    return {
      tasks,
      shards,
      cpuS: sweeps.reduce((sum, { cpuS }) => sum + cpuS, 0),
      wallS: Math.max(...sweeps.map(({ wallS }) => wallS)),
      peakMb: Math.max(...sweeps.map(({ peakMb }) => peakMb)),
      ...tally,
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

function report(rows: Row[]): PartResult {
  const single = rows.filter(({ shards }) => shards === 1);
  const of = (tasks: number) => single.find((row) => row.tasks === tasks) ?? failed(tasks);
  const [small, large] = [of(10_000), of(MOST_TASKS)];
  const memory = large.peakMb / small.peakMb;
  // The first sweep of a process is compiled while it runs: the share of that is what makes small ones dearer.
  const cpu = large.cpuS / large.tasks / (of(50_000).cpuS / 50_000);
  const wrong = rows.reduce((sum, { missed, doubled }) => sum + missed + doubled, 0);
  return {
    tables: [
      {
        title: 'One sweep in fresh processes (CPU summed over shards; memory of the largest)',
        columns: ['pending', 'shards', 'CPU s', 'wall s', 'CPU µs/task', 'peak MB', 'missed', 'doubled'],
        rows: rows.map((row) => [
          row.tasks.toLocaleString('en-US'),
          row.shards,
          row.cpuS,
          row.wallS,
          Math.round((row.cpuS / row.tasks) * 1e6),
          row.peakMb,
          row.missed,
          row.doubled,
        ]),
      },
    ],
    goals: [
      {
        goal: 'peak memory ≤ 1.3 × from 10,000 to 200,000',
        measured: `× ${memory.toFixed(2)}`,
        reached: memory <= 1.3,
      },
      {
        goal: 'CPU linear: 200,000 cost a task what 50,000 do (≤ 1.2 ×)',
        measured: `× ${cpu.toFixed(2)}`,
        reached: cpu <= 1.2,
      },
      { goal: 'no task missed or polled twice by the shards together', measured: `${wrong}`, reached: wrong === 0 },
    ],
    charts: { 'bench-scale.svg': drawScale(rows) },
    data: { rows },
  };
}

function failed(tasks: number): never {
  throw new Error(`no run with ${tasks} tasks in one shard`);
}

function drawScale(rows: Row[]): string {
  const points = (shards: number) =>
    rows.filter((row) => row.shards === shards).map(({ tasks, wallS }) => ({ x: tasks, y: wallS }));
  return drawChart({
    title: 'Time of one sweep, everything on one machine with two cores',
    x: { label: 'pending tasks', from: 800, to: 250_000, ticks: [1_000, 10_000, 50_000, 200_000], log: true },
    y: { label: 'seconds', from: 0.1, to: 200, ticks: [0.1, 1, 10, 100], log: true },
    series: [
      { name: '1 shard', color: 'ours', line: true, points: points(1) },
      { name: '2 shards', color: 'learned', line: true, points: points(2) },
      { name: '4 shards', color: 'peer', line: true, points: points(4) },
    ],
  });
}
