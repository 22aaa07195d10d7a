import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSimulator } from '../../simulator/simulator.ts';
import { getJson, register, startServiceProcess } from '../../test/local/service-process.ts';
import type { Goal, Table } from '../part.ts';
import { formatSpread, type Spread, spreadOf } from '../stats.ts';

/** Resident memory of the process of `npm start` in MB: when it listens, and with `TASKS` pending. */
type Memory = { idleMb: number; pendingMb: number };

const TASKS = 1_000;
const AT_ONCE = 20;
/** The same in this way when dynalite held the tasks: medians of five. */
const ON_DYNALITE: Memory = { idleMb: 131, pendingMb: 255 };

/** Starts `npm start` on the simulator, whose tasks never end, and registers them one by one. */
async function measureOnce(): Promise<Memory> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-memory-'));
  const simulator = await startSimulator();
  simulator.control.addTasks({ count: TASKS, ending: 'never' });
  const service = await startServiceProcess({ simulator, dataDir, command: [process.execPath, 'bin/local.ts'] });
  try {
    await getJson(service.url, '/health');
    const idleMb = residentMb(service.child.pid);
    for (let from = 0; from < TASKS; from += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => register(service.url, taskId(from + i))));
    return { idleMb, pendingMb: residentMb(service.child.pid) };
  } finally {
    await service.kill();
    await simulator.close();
    await rm(dataDir, { recursive: true });
  }
}

const taskId = (index: number) => `task-${String(index).padStart(8, '0')}`;

function residentMb(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)])) / 1_024;
}

/** As often as `rounds` says, each time in a process and a folder of its own. */
export async function measureMemory(rounds: number): Promise<{ table: Table; goal: Goal; data: Memory[] }> {
  const data: Memory[] = [];
  for (let round = 0; round < rounds; round++) data.push(await measureOnce());
  const [idle, pending] = [spreadOf(data.map(({ idleMb }) => idleMb)), spreadOf(data.map((one) => one.pendingMb))];
  const words = (spread: Spread) => `${Math.round(spread.median)} (${formatSpread(spread, 0)})`;
  return {
    data,
    table: {
      title: `Resident memory of npm start, in MB (medians of ${rounds})`,
      columns: ['', 'when it listens', `with ${TASKS} pending tasks`],
      rows: [
        ['on SQLite', words(idle), words(pending)],
        ['on dynalite, before', ON_DYNALITE.idleMb, ON_DYNALITE.pendingMb],
      ],
    },
    goal: {
      goal: 'memory of npm start not above what it was on dynalite',
      measured: `${words(idle)} and ${words(pending)} MB, for ${ON_DYNALITE.idleMb} and ${ON_DYNALITE.pendingMb}`,
      reached: idle.median <= ON_DYNALITE.idleMb && pending.median <= ON_DYNALITE.pendingMb,
    },
  };
}
