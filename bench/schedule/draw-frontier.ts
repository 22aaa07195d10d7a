import { drawChart } from '../chart.ts';
import type { ReplayResult } from './replay.ts';

export type FrontierFigures = { frontier: ReplayResult[]; peers: ReplayResult[]; chosen: ReplayResult };

/** Where a peer's name stands so that it hides no neighbour; on the right of its point where nothing is said. */
const LABELS: Record<string, { text: string; anchor?: 'start' | 'end'; dy?: number }> = {
  'KooCLI waiter, 2 s': { text: 'KooCLI 2 s', anchor: 'end', dy: -8 },
  'KooCLI waiter, 5 s (its default)': { text: 'KooCLI 5 s' },
  'KooCLI waiter, 10 s': { text: 'KooCLI 10 s' },
  'Terraform provider, 20 s after 10 s': { text: 'Terraform 20 s', dy: -6 },
  'Terraform plugin SDK, doubling from 0.1 s to 10 s': { text: 'Terraform SDK, doubling to 10 s', dy: -8 },
  'AWS SDK waiter, 2 s to 120 s': { text: 'AWS SDK waiter' },
  'Lambda waitForCondition, 5 s to 300 s': { text: 'waitForCondition', dy: 20 },
  'once a minute (cron)': { text: 'once a minute' },
  'Step Functions Wait, 30 s': { text: 'Step Functions 30 s' },
};

/** Polls against delay, both better where less: what can be had with this schedule, and what people run today. */
export function drawFrontier({ frontier, peers, chosen }: FrontierFigures): string {
  const dot = ({ polls, relativeDelay }: ReplayResult) => ({ x: polls, y: relativeDelay });
  return drawChart({
    title: 'Polls a task against how late its end is noticed (nearer the corner is better)',
    x: { label: 'polls per task', from: 1.4, to: 45, ticks: [2, 3, 5, 10, 20, 40], log: true },
    y: { label: 'delay ÷ duration', from: 0.04, to: 3, ticks: [0.05, 0.1, 0.2, 0.5, 1, 2], log: true },
    series: [
      { name: 'this schedule, its settings', color: 'ours', line: true, points: frontier.map(dot) },
      { name: 'the default', color: 'learned', points: [{ ...dot(chosen), label: 'default', anchor: 'end', dy: 18 }] },
      {
        name: 'what people run today',
        color: 'peer',
        points: peers.map((peer) => {
          const { text = peer.name, ...place } = LABELS[peer.name] ?? {};
          return { ...dot(peer), label: text, ...place };
        }),
      },
    ],
  });
}
