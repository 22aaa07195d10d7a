import autocannon from 'autocannon';
import { startChild } from '../child.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { formatSpread, ratiosOf, type Spread, spreadOf } from '../stats.ts';
import { drawApi } from './draw-api.ts';
import { measureMemory } from './memory.ts';
import { KINDS, type Kind, NAMES, type RouteRuns, type Run } from './runs.ts';

const ROUNDS = 5;
const BATCH = 100;
const API_KEY = 'bench-key-of-sufficient-length-000000';

type Route = { path: string; perRequest: number; connections: number; seconds: number };
const ROUTES: Route[] = [
  { path: '/tasks', perRequest: 1, connections: 16, seconds: 3 },
  { path: '/tasks/batch', perRequest: BATCH, connections: 2, seconds: 4 },
];

/** Registrations through our local server on its own database and on dynalite, and through bare ones on dynalite; memory. */
export async function run(): Promise<PartResult> {
  const measured: RouteRuns[] = [];
  for (const route of ROUTES) {
    const runs: RouteRuns['runs'] = { ours: [], on_dynalite: [], same_calls: [], one_put: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of KINDS) runs[kind].push(await runOnce(kind, route));
    }
    measured.push({ ...route, runs });
  }
  const memory = await measureMemory(ROUNDS);
  return {
    tables: [tableOf(measured), memory.table],
    goals: [goalOf(measured), memory.goal],
    charts: { 'bench-api.svg': drawApi(measured) },
    data: {
      routes: measured.map(({ path, runs }) => ({ route: path, ratio_cpu: ratioSpreads(runs), ...runs })),
      memory: memory.data,
    },
  };
}

async function runOnce(kind: Kind, route: Route): Promise<Run> {
  const server = startChild(new URL('server-process.ts', import.meta.url));
  try {
    const url = (await server.ask<string>({ kind })) + route.path;
    await fire(url, route, 1);
    // A batch on dynalite can take longer than that on a machine with other work, and none is no number.
    for (let seconds = route.seconds; ; seconds *= 2) {
      await server.ask<number>({ kind: 'cpu' });
      const result = await fire(url, route, seconds);
      const cpuS = await server.ask<number>({ kind: 'cpu' });
      if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
      const tasks = result.requests.total * route.perRequest;
      if (tasks > 0) return { perS: tasks / result.duration, perCpuS: tasks / cpuS, p99Ms: result.latency.p99 };
    }
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

/** Ours ÷ the other's tasks per CPU second, round by round. */
function ratioSpread(runs: RouteRuns['runs'], kind: Kind): Spread {
  const rates = (of: Kind) => runs[of].map(({ perCpuS }) => perCpuS);
  return spreadOf(ratiosOf(rates('ours'), rates(kind)));
}

const ratioSpreads = (runs: RouteRuns['runs']) => ({
  on_dynalite: ratioSpread(runs, 'on_dynalite'),
  same_calls: ratioSpread(runs, 'same_calls'),
  one_put: ratioSpread(runs, 'one_put'),
});

const LEAST_RATIO = 2;

function goalOf(measured: RouteRuns[]): Goal {
  const spreads = measured.map(({ path, runs }) => ({ path, spread: ratioSpread(runs, 'on_dynalite') }));
  return {
    goal: `registrations per CPU second ≥ ${LEAST_RATIO} × the same handler's on dynalite`,
    measured: spreads
      .map(({ path, spread }) => `${path} ${spread.median.toFixed(1)} (${formatSpread(spread)})`)
      .join(', '),
    reached: spreads.every(({ spread }) => spread.median >= LEAST_RATIO),
  };
}

function tableOf(measured: RouteRuns[]): Table {
  return {
    title: `Registrations over 16 connections, batches of ${BATCH} over 2 (medians of ${ROUNDS} rounds)`,
    columns: ['route', 'server', 'tasks/s', 'tasks/CPU s', 'p99 ms', 'spread', 'ours ÷ this, CPU', 'spread'],
    rows: measured.flatMap(({ path, runs }) =>
      KINDS.map((kind) => [`POST ${path}`, NAMES[kind], ...cellsOf(runs, kind)]),
    ),
  };
}

function cellsOf(runs: RouteRuns['runs'], kind: Kind): (string | number)[] {
  const spread = (what: keyof Run) => spreadOf(runs[kind].map((run) => run[what]));
  const ratio = ratioSpread(runs, kind);
  const rates = [spread('perS'), spread('perCpuS')].map(({ median }) => Math.round(median));
  const p99 = spread('p99Ms');
  return [...rates, p99.median, formatSpread(p99, 0), ratio.median, formatSpread(ratio)];
}
