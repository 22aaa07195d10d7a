import { heapFlags } from '../../lib/heap-flags.ts';
import { drawChart } from '../chart.ts';
import type { Taken } from '../measure.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { setStage } from '../sweep/stage.ts';
import { passOver, type ShardSweep, sweepShards } from './sweep-shards.ts';

const SIZES = [1_000, 10_000, 50_000, 200_000];
const SHARDS = [1, 2, 4];
const MOST_TASKS = 200_000;
/** As the stack starts the poller, with its default memory. */
const DEPLOYED = heapFlags(512);

type Sweeps = { deployed: ShardSweep[]; unbounded: ShardSweep[] };

/** One sweep of everything that is pending, for growing numbers of tasks and shards. */
export async function run(): Promise<PartResult> {
  const stage = await setStage(MOST_TASKS);
  const sweeps: Sweeps = { deployed: [], unbounded: [] };
  try {
    for (const tasks of SIZES) {
      for (const shards of SHARDS) sweeps.deployed.push(await sweepShards(stage, { tasks, shards, flags: DEPLOYED }));
      sweeps.unbounded.push(await sweepShards(stage, { tasks, shards: 1 }));
    }
    return report(sweeps, await passOver(stage, MOST_TASKS));
  } finally {
    await stage.close();
  }
}

function report({ deployed, unbounded }: Sweeps, idle: Taken): PartResult {
  return {
    tables: [
      tableOf(
        `One sweep in fresh processes (CPU summed over shards; memory of the largest; ${DEPLOYED.join(' ')})`,
        deployed,
      ),
      tableOf('The same without flags: V8 sizes the heap by the memory of this machine', unbounded),
      idleTable(idle),
    ],
    goals: [memoryGoal(deployed), linearGoal(deployed), shardsGoal([...deployed, ...unbounded])],
    charts: { 'bench-scale.svg': drawScale(deployed) },
    data: { deployed, unbounded, idle },
  };
}

function tableOf(title: string, sweeps: ShardSweep[]): Table {
  const columns = ['pending', 'shards', 'CPU s', 'wall s', 'CPU µs/task', 'peak MB', 'live MB', 'missed', 'doubled'];
  return {
    title,
    columns,
    rows: sweeps.map(({ tasks, shards, cpuS, wallS, peakMb, liveMb, missed, doubled }) => [
      tasks.toLocaleString('en-US'),
      ...[shards, cpuS, wallS, Math.round((cpuS / tasks) * 1e6), peakMb, liveMb, missed, doubled],
    ]),
  };
}

function idleTable({ cpuS, wallS }: Taken): Table {
  return {
    title: 'A pass over rows of which none is due, in a warm process',
    columns: ['pending', 'CPU s', 'wall s', 'CPU µs/row'],
    rows: [[MOST_TASKS.toLocaleString('en-US'), cpuS, wallS, (cpuS / MOST_TASKS) * 1e6]],
  };
}

function memoryGoal(sweeps: ShardSweep[]): Goal {
  const [small, large] = [oneShard(sweeps, 10_000), oneShard(sweeps, MOST_TASKS)];
  const ratio = large.peakMb / small.peakMb;
  return {
    goal: 'peak memory ≤ 1.3 × from 10,000 to 200,000',
    measured: `× ${ratio.toFixed(2)} (${small.peakMb} to ${large.peakMb} MB; live ${small.liveMb} to ${large.liveMb} MB)`,
    reached: ratio <= 1.3,
  };
}

/** From 50,000 on: the first sweep of a process is compiled while it runs, which makes small ones dearer. */
function linearGoal(sweeps: ShardSweep[]): Goal {
  const ratio = oneShard(sweeps, MOST_TASKS).cpuS / MOST_TASKS / (oneShard(sweeps, 50_000).cpuS / 50_000);
  return {
    goal: 'CPU linear: 200,000 cost a task what 50,000 do (≤ 1.2 ×)',
    measured: `× ${ratio.toFixed(2)}`,
    reached: ratio <= 1.2,
  };
}

function shardsGoal(sweeps: ShardSweep[]): Goal {
  const wrong = sweeps.reduce((sum, { missed, doubled }) => sum + missed + doubled, 0);
  return { goal: 'no task missed or polled twice by the shards together', measured: `${wrong}`, reached: wrong === 0 };
}

function oneShard(sweeps: ShardSweep[], tasks: number): ShardSweep {
  const found = sweeps.find((sweep) => sweep.tasks === tasks && sweep.shards === 1);
  if (found === undefined) throw new Error(`no run with ${tasks} tasks in one shard`);
  return found;
}

function drawScale(sweeps: ShardSweep[]): string {
  const points = (shards: number) =>
    sweeps.filter((sweep) => sweep.shards === shards).map(({ tasks, wallS }) => ({ x: tasks, y: wallS }));
  return drawChart({
    title: 'Time of one sweep, everything on one machine with two cores',
    x: { label: 'pending tasks', from: 800, to: 250_000, ticks: SIZES, log: true },
    y: { label: 'seconds', from: 0.1, to: 200, ticks: [0.1, 1, 10, 100], log: true },
    series: [
      { name: '1 shard', color: 'ours', line: true, points: points(1) },
      { name: '2 shards', color: 'learned', line: true, points: points(2) },
      { name: '4 shards', color: 'peer', line: true, points: points(4) },
    ],
  });
}
