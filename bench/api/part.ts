import autocannon from 'autocannon';
import { startChild } from '../child.ts';
import type { PartResult } from '../part.ts';
import { spreadOf } from '../stats.ts';

const ROUNDS = 5;
const SECONDS = 4;
const BATCH = 100;
const API_KEY = 'bench-key-of-sufficient-length-000000';

type Kind = 'ours' | 'bare';
type Route = { path: string; perRequest: number; connections: number };
const ROUTES: Route[] = [
  { path: '/tasks', perRequest: 1, connections: 16 },
  { path: '/tasks/batch', perRequest: BATCH, connections: 2 },
];

/** Tasks registered a second, their CPU in the server's process, and how long the slowest hundredth took. */
type Run = { perS: number; perCpuS: number; p99Ms: number };
type Runs = Record<Kind, Run[]>;

/** Registrations through the local server and through a bare one that does one put in the same embedded database. */
export async function run(): Promise<PartResult> {
  const measured: { route: Route; runs: Runs }[] = [];
  for (const route of ROUTES) {
    const runs: Runs = { ours: [], bare: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of ['ours', 'bare'] as const) runs[kind].push(await runOnce(kind, route));
    }
    measured.push({ route, runs });
  }
  return report(measured);
}

async function runOnce(kind: Kind, route: Route): Promise<Run> {
  const server = startChild(new URL('server-process.ts', import.meta.url));
  try {
    const url = (await server.ask<string>({ kind })) + route.path;
    await fire(url, route, 1);
    await server.ask<number>({ kind: 'cpu' });
    const result = await fire(url, route, SECONDS);
    const cpuS = await server.ask<number>({ kind: 'cpu' });
    if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
    const tasks = result.requests.total * route.perRequest;
    return { perS: tasks / result.duration, perCpuS: tasks / cpuS, p99Ms: result.latency.p99 };
  } finally {
    await server.stop();
  }
}

let number = 0;
function bodyOf({ perRequest }: Route): string {
  const task = () => {
    number += 1;
    return { task_id: `task-${number}`, label: 'bench' };
  };
  return JSON.stringify(perRequest === 1 ? task() : { tasks: Array.from({ length: perRequest }, task) });
}

function fire(url: string, route: Route, duration: number) {
  return autocannon({
    url,
    duration,
    connections: route.connections,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` },
        setupRequest: (request) => ({ ...request, body: bodyOf(route) }),
      },
    ],
  });
}

function report(measured: { route: Route; runs: Runs }[]): PartResult {
  const median = (runs: Run[], what: keyof Run) => spreadOf(runs.map((run) => run[what])).median;
  const ratio = ({ ours, bare }: Runs) =>
    spreadOf(ours.map(({ perCpuS }, round) => perCpuS / (bare[round]?.perCpuS ?? Number.NaN)));
  return {
    tables: [
      {
        title: `Registrations over 16 connections, batches of ${BATCH} over 2 (medians of ${ROUNDS} runs of ${SECONDS} s)`,
        columns: ['route', 'server', 'tasks/s', 'tasks/CPU s', 'p99 ms', 'ours ÷ bare, CPU', 'spread'],
        rows: measured.flatMap(({ route, runs }) =>
          (['ours', 'bare'] as const).map((kind) => [
            `POST ${route.path}`,
            kind,
            Math.round(median(runs[kind], 'perS')),
            Math.round(median(runs[kind], 'perCpuS')),
            median(runs[kind], 'p99Ms'),
            kind === 'ours' ? ratio(runs).median : 1,
            kind === 'ours' ? `${ratio(runs).least.toFixed(2)}–${ratio(runs).most.toFixed(2)}` : '',
          ]),
        ),
      },
    ],
    goals: [],
    data: measured.map(({ route, runs }) => ({ route: route.path, ratio_cpu: ratio(runs), ...runs })),
  };
}
