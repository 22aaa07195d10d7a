import { drawChart } from '../chart.ts';
import { BEFORE, type Peer } from './peers.ts';
import type { Summary } from './summary.ts';

/** How late, by load: this poller, the design before, and the lateness of what runs by the minute. */
export function drawDeployed(lives: Summary[], peers: Peer[]): string {
  const loads = lives.map(({ load }) => load.tasksPerDay);
  const [first = 10, last = 100_000] = [loads[0], loads.at(-1)];
  const level = (name: string) => peers.find((peer) => peer.name.startsWith(name))?.replay.relativeDelay ?? Number.NaN;
  const flat = (y: number) => [first, last].map((x) => ({ x, y }));
  return drawChart({
    title: 'How late a deployed poller notices an end (less is better)',
    x: { label: 'tasks a day', from: 8, to: 130_000, ticks: loads, log: true },
    y: { label: 'delay ÷ duration', from: 0.05, to: 3, ticks: [0.05, 0.1, 0.2, 0.5, 1, 2], log: true },
    series: [
      {
        ...{ name: 'this poller', color: 'ours', line: true },
        points: lives.map(({ load, relativeDelay }) => ({ x: load.tasksPerDay, y: relativeDelay.mean })),
      },
      {
        ...{ name: 'the design before', color: 'learned', line: true },
        points: BEFORE.map(({ tasksPerDay, relativeDelay }) => ({ x: tasksPerDay, y: relativeDelay })),
      },
      { name: 'a function every minute', color: 'peer', line: true, points: flat(level('a function every minute')) },
      {
        name: 'waitForCondition',
        color: 'peer',
        line: true,
        points: flat(level('durable functions, waitForCondition')),
      },
    ],
  });
}
