import { drawChart } from '../chart.ts';
import type { Taken } from '../measure.ts';
import type { Goal, Table } from '../part.ts';
import { formatSpread, ratiosOf, type Spread, spreadOf } from '../stats.ts';
import type { ShardSweep } from './sweep-shards.ts';

/** The runs of one number of tasks and shards. */
export type Series = { tasks: number; shards: number; runs: ShardSweep[] };

export function sweepsTable(title: string, series: Series[]): Table {
  const columns = ['pending', 'shards', 'CPU s', 'spread', 'wall s', 'CPU µs/task', 'peak MB', 'spread', 'live MB'];
  return {
    title,
    columns,
    rows: series.map((each) => {
      const [cpuS, peakMb] = [of(each, 'cpuS'), of(each, 'peakMb')];
      const cpu = [cpuS.median, formatSpread(cpuS, 1), of(each, 'wallS').median, microseconds(each)];
      const memory = [peakMb.median, formatSpread(peakMb, 0), of(each, 'liveMb').median];
      return [each.tasks.toLocaleString('en-US'), each.shards, ...cpu, ...memory];
    }),
  };
}

export function idleTable(tasks: number, { cpuS, wallS }: Taken): Table {
  return {
    title: 'A pass over rows of which none is due, in a warm process',
    columns: ['pending', 'CPU s', 'wall s', 'CPU µs/row'],
    rows: [[tasks.toLocaleString('en-US'), cpuS, wallS, (cpuS / tasks) * 1e6]],
  };
}

export function memoryGoal(series: Series[], most: number): Goal {
  const [small, large] = [oneShard(series, 10_000), oneShard(series, most)];
  const ratio = spreadOf(ratiosOf(valuesOf(large, 'peakMb'), valuesOf(small, 'peakMb')));
  const [from, to] = [of(small, 'peakMb').median, of(large, 'peakMb').median];
  return {
    goal: 'peak memory ≤ 1.3 × from 10,000 to 200,000',
    measured: `× ${ratio.median.toFixed(2)} (${formatSpread(ratio)}; ${from} to ${to} MB)`,
    reached: ratio.median <= 1.3,
  };
}

/** From 50,000 on: the first sweep of a process is compiled while it runs, which makes small ones dearer. */
export function linearGoal(series: Series[], most: number): Goal {
  const costs = (tasks: number) => valuesOf(oneShard(series, tasks), 'cpuS').map((cpuS) => cpuS / tasks);
  const ratio = spreadOf(ratiosOf(costs(most), costs(50_000)));
  return {
    goal: 'CPU linear: 200,000 cost a task what 50,000 do (≤ 1.2 ×)',
    measured: `× ${ratio.median.toFixed(2)} (${formatSpread(ratio)})`,
    reached: ratio.median <= 1.2,
  };
}

export function shardsGoal(series: Series[]): Goal {
  const sweeps = series.flatMap(({ runs }) => runs);
  const wrong = sweeps.reduce((sum, { missed, doubled }) => sum + missed + doubled, 0);
  return {
    goal: 'no task missed or polled twice by the shards together',
    measured: `${wrong} in ${sweeps.length} sweeps`,
    reached: wrong === 0,
  };
}

export function drawScale(series: Series[], sizes: number[]): string {
  const points = (count: number) =>
    series.filter(({ shards }) => shards === count).map((each) => ({ x: each.tasks, y: of(each, 'wallS').median }));
  return drawChart({
    title: 'Time of one sweep, everything on one machine with two cores',
    x: { label: 'pending tasks', from: 800, to: 250_000, ticks: sizes, log: true },
    y: { label: 'seconds', from: 0.1, to: 200, ticks: [0.1, 1, 10, 100], log: true },
    series: [
      { name: '1 shard', color: 'ours', line: true, points: points(1) },
      { name: '2 shards', color: 'learned', line: true, points: points(2) },
      { name: '4 shards', color: 'peer', line: true, points: points(4) },
    ],
  });
}

type Measure = 'cpuS' | 'wallS' | 'peakMb' | 'liveMb';

const valuesOf = ({ runs }: Series, what: Measure) => runs.map((run) => run[what]);
const of = (series: Series, what: Measure): Spread => spreadOf(valuesOf(series, what));
const microseconds = (series: Series) => Math.round((of(series, 'cpuS').median / series.tasks) * 1e6);

function oneShard(series: Series[], tasks: number): Series {
  const found = series.find((each) => each.tasks === tasks && each.shards === 1);
  if (found === undefined) throw new Error(`no run with ${tasks} tasks in one shard`);
  return found;
}
