import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUDGETS } from '../../lib/bundle-budget.ts';
import { FUNCTION_NAMES } from '../../lib/bundle-functions.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { formatSpread, type Spread } from '../stats.ts';
import { drawColdstart } from './draw-coldstart.ts';
import { type FamilyImports, type Import, measureFamily, measureOne } from './imports.ts';
import { bundleFamilies, emptyHandler } from './subjects.ts';
import { timeImports } from './time-imports.ts';

const ROUNDS = 9;
const HEAVIEST = 8;

/** Size and import time of each bundle, beside an empty handler and the SDK clients that it uses. */
export async function run(): Promise<PartResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-coldstart-'));
  try {
    const empty = await emptyHandler(folder);
    const families = await bundleFamilies(folder);
    const subjects = families.flatMap(({ alone, lightened, bundles }) => [alone, lightened, ...bundles]);
    const times = await timeImports([empty, ...subjects], ROUNDS);
    const measured = families.map((family) => measureFamily(family, times));
    return report({ clients: [], imports: [measureOne(empty, times)] }, measured);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function report(empty: FamilyImports, families: FamilyImports[]): PartResult {
  const all = [empty, ...families];
  const bundles = families.flatMap(({ imports }) => imports.filter(({ toClients }) => toClients !== undefined));
  return {
    tables: [importTable(all), packageTable(bundles)],
    goals: [budgetGoal(bundles)],
    charts: { 'bench-coldstart.svg': drawColdstart(all, ROUNDS) },
    data: all.flatMap(({ clients, imports }) => imports.map((each) => dataOf(clients, each))),
  };
}

function importTable(families: FamilyImports[]): Table {
  const ratio = (spread: Spread | undefined) => (spread ? [spread.median, formatSpread(spread)] : ['', '']);
  return {
    title: `Import in a fresh process, beside the SDK clients that each bundle holds (medians of ${ROUNDS})`,
    columns: ['module', 'kB', 'ms', 'spread', '÷ its clients', 'spread', '÷ those lightened', 'spread'],
    rows: families.flatMap(({ clients, imports }) =>
      imports.map(({ name, bytes, ms, toClients, toLightened }, i) => [
        i === 0 && clients.length > 0 ? `${name}: ${clients.join(', ')}` : name,
        Math.round(bytes / 1_000),
        ms.median,
        formatSpread(ms, 0),
        ...ratio(toClients),
        ...ratio(toLightened),
      ]),
    ),
  };
}

function packageTable(bundles: Import[]): Table {
  return {
    title: `The ${HEAVIEST} heaviest packages of each bundle`,
    columns: ['bundle', 'kB', '% of it', 'package'],
    rows: bundles.flatMap(({ name, bytes, packages }) =>
      heaviest(packages).map(([each, size]) => [name, size / 1_000, Math.round((size / bytes) * 100), each]),
    ),
  };
}

const heaviest = (packages: Record<string, number>) => Object.entries(packages).slice(0, HEAVIEST);

function budgetGoal(bundles: Import[]): Goal {
  const over = bundles.filter(({ name, bytes }) =>
    FUNCTION_NAMES.some((each) => each === name && bytes > BUDGETS[each]),
  );
  return {
    goal: 'every bundle within its budget',
    measured: over.length === 0 ? 'all' : over.map(({ name }) => name).join(', '),
    reached: over.length === 0,
  };
}

function dataOf(clients: string[], { name, bytes, ms, toClients, toLightened, packages }: Import) {
  const ratios = { ratio_to_clients: toClients, ratio_to_lightened_clients: toLightened };
  return { name, clients, bytes, import_ms: ms, ...ratios, packages: Object.fromEntries(heaviest(packages)) };
}
