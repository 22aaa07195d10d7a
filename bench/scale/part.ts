import { heapFlags } from '../../lib/heap-flags.ts';
import type { PartResult } from '../part.ts';
import { type Stage, setStage } from '../sweep/stage.ts';
import { drawScale, idleTable, linearGoal, memoryGoal, type Series, shardsGoal, sweepsTable } from './report.ts';
import { passOver, sweepShards } from './sweep-shards.ts';

const SIZES = [1_000, 10_000, 50_000, 200_000];
const SHARDS = [1, 2, 4];
const ROUNDS = 5;
const MOST_TASKS = 200_000;
/** As the stack starts the poller, with its default memory. */
const DEPLOYED = heapFlags(512);
/** To be seen beside the others, once: this is not how the poller runs. */
const WITHOUT_FLAGS = [10_000, MOST_TASKS];

/** Sweeps of everything that is pending, for growing numbers of tasks and shards, each in fresh processes. */
export async function run(): Promise<PartResult> {
  const stage = await setStage(MOST_TASKS);
  const deployed: Series[] = [];
  const unbounded: Series[] = [];
  try {
    for (const tasks of SIZES) {
      deployed.push(...(await sweepInTurns(stage, tasks)));
      if (WITHOUT_FLAGS.includes(tasks))
        unbounded.push({ tasks, shards: 1, runs: [await sweepShards(stage, { tasks, shards: 1 })] });
    }
    const idle = await passOver(stage, MOST_TASKS);
    const title = `One sweep in fresh processes (medians of ${ROUNDS}; CPU summed over shards; memory of the largest; ${DEPLOYED.join(' ')})`;
    return {
      tables: [
        sweepsTable(title, deployed),
        sweepsTable('The same without flags, one run: V8 sizes the heap by the memory of this machine', unbounded),
        idleTable(MOST_TASKS, idle),
      ],
      goals: [
        memoryGoal(deployed, MOST_TASKS),
        linearGoal(deployed, MOST_TASKS),
        shardsGoal([...deployed, ...unbounded]),
      ],
      charts: { 'bench-scale.svg': drawScale(deployed, SIZES) },
      data: { deployed, unbounded, idle },
    };
  } finally {
    await stage.close();
  }
}

/** Each number of shards in turn, so that what the machine does meanwhile hits all of them. */
async function sweepInTurns(stage: Stage, tasks: number): Promise<Series[]> {
  const series = SHARDS.map((shards): Series => ({ tasks, shards, runs: [] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { shards, runs } of series) runs.push(await sweepShards(stage, { tasks, shards, flags: DEPLOYED }));
  }
  return series;
}
