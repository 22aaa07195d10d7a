import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { toPendingRow } from '../../functions/stores/dynamo/pending-tasks.ts';
import { ensureTables } from '../../functions/stores/dynamo/tables.ts';
import { startDynamoDbLocal } from '../../test/contract/dynamodb-local.ts';
import { aResult, aTask, longId } from '../../test/contract/samples.ts';
import type { PartResult } from '../part.ts';
import { drawDurations } from '../schedule/durations.ts';
import { replay } from '../schedule/replay.ts';
import { ourWaiter } from '../schedule/waiters.ts';
import { type Load, monthlyCost } from './cost.ts';
import { type Design, DUE_INDEX, PURE_SCHEDULE, ROW_PER_POLL } from './designs.ts';
import { type DesignCost, drawUnits } from './draw-units.ts';
import { putRows, type ScanCost, scanOnce, sizeOfRow } from './scan.ts';

const SIZES = [1, 1_000, 100_000];
const TASKS = { pending: 'ScannedPending', results: 'ScannedResults' };

/** Write units of a task's life and read units of a sweep, as Amazon's own DynamoDB Local counts them (needs Java 17). */
export async function run(): Promise<PartResult> {
  const backend = await startDynamoDbLocal();
  try {
    const load = averageLoad();
    const polls = Math.round(load.polls);
    const life = { task: aTask(), result: aResult(), polls };
    const lives: { design: Design; units: number }[] = [];
    for (const design of [PURE_SCHEDULE, ROW_PER_POLL, DUE_INDEX]) {
      lives.push({ design, units: await design.live(backend.client, life) });
    }
    return report({ lives, polls, load, scans: await scanSizes(backend.client) });
  } finally {
    await backend.close();
  }
}

type Measured = {
  lives: { design: Design; units: number }[];
  polls: number;
  load: Omit<Load, 'tasksPerDay'>;
  scans: ScanCost[];
};

/** From the workload of the schedule benchmark. */
function averageLoad(): Omit<Load, 'tasksPerDay'> {
  const durations = drawDurations(20_000, 1);
  const { polls, delayMs } = replay(ourWaiter(DEFAULT_SCHEDULE), durations);
  const meanMs = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
  return { polls, watchedS: (meanMs + delayMs) / 1_000, rowBytes: sizeOfRow(toPendingRow(aTask())) };
}

async function scanSizes(client: DynamoDBClient): Promise<ScanCost[]> {
  await ensureTables(client, TASKS);
  const scans: ScanCost[] = [];
  let rows = 0;
  for (const size of SIZES) {
    const tasks = Array.from({ length: size - rows }, (_, i) => aTask({ taskId: longId(`${rows + i}-`) }));
    await putRows(client, TASKS.pending, tasks);
    rows = size;
    scans.push(await scanOnce(client, TASKS.pending));
  }
  return scans;
}

function report({ lives, polls, load, scans }: Measured): PartResult {
  const costs = lives.map((life) => priceOf(life, load));
  const [ours] = lives;
  const worst = Math.max(...scans.map(({ units, leastUnits }) => units / leastUnits));
  return {
    tables: [
      {
        title: `Write units of one task's life with ${polls} polls, and $ a month for all requests (us-east-1, on demand)`,
        columns: ['design', 'write units', '1,000 tasks a day', '100,000 tasks a day'],
        rows: costs.map(({ design, units, dollars }) => [design, units, dollars['1000'], dollars['100000']]),
      },
      {
        title: 'Read units of one sweep',
        columns: ['pending', 'bytes', 'units', 'bytes ÷ 8 KB', 'ratio'],
        rows: scans.map((scan) => [scan.rows, scan.bytes, scan.units, scan.leastUnits, scan.units / scan.leastUnits]),
      },
    ],
    goals: [
      { goal: 'at most 4 write units a task', measured: `${ours?.units}`, reached: (ours?.units ?? 5) <= 4 },
      { goal: 'read units within 10 % of bytes ÷ 8 KB', measured: `× ${worst.toFixed(3)}`, reached: worst <= 1.1 },
    ],
    charts: { 'bench-units.svg': drawUnits({ polls, costs }) },
    data: { polls, load, lives: costs, scans },
  };
}

function priceOf({ design, units }: Measured['lives'][number], load: Measured['load']): DesignCost {
  const reading = design === DUE_INDEX ? 'due rows' : 'all pending rows';
  const monthly = (tasksPerDay: number) => monthlyCost({ ...load, tasksPerDay }, units, reading);
  return { design: design.name, units, dollars: { '1000': monthly(1_000), '100000': monthly(100_000) } };
}
