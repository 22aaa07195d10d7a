import type { Taken } from '../measure.ts';
import type { Stage } from '../sweep/stage.ts';

/** So many pending tasks, swept by so many processes at once, with these flags for Node. */
export type ShardRun = { tasks: number; shards: number; flags?: string[] };

/** `cpuS` is summed over the shards; memory is that of the largest. `liveMb` is what is left on its heap afterwards. */
export type ShardSweep = Taken & {
  tasks: number;
  shards: number;
  peakMb: number;
  liveMb: number;
  /** Tasks that the simulator was not asked about, and those it was asked about more than once. */
  missed: number;
  doubled: number;
};

type Sweep = Taken & { peakMb: number; liveMb: number };

/** One sweep of everything that is pending: each shard in a fresh process, all at once. */
export async function sweepShards(stage: Stage, { tasks, shards, flags = [] }: ShardRun): Promise<ShardSweep> {
  await stage.fill(tasks);
  await stage.upstream.ask({ kind: 'start', tasks });
  const children = Array.from({ length: shards }, () => stage.startHandler(flags, shards));
  try {
    const { windowMs } = stage;
    const sweeps = await Promise.all(
      children.map((child, segment) => child.ask<Sweep>({ windowMs, segment, totalSegments: shards, countLive: true })),
    );
    const tally = await stage.upstream.ask<{ missed: number; doubled: number }>({ kind: 'tally', tasks });
    const most = (value: (sweep: Sweep) => number) => Math.max(...sweeps.map(value));
    return {
      tasks,
      shards,
      cpuS: sweeps.reduce((sum, { cpuS }) => sum + cpuS, 0),
      wallS: most(({ wallS }) => wallS),
      peakMb: most(({ peakMb }) => peakMb),
      liveMb: most(({ liveMb }) => liveMb),
      ...tally,
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** What a warm process takes to read so many rows of which none is due: the share of a sweep that a long table adds. */
export async function passOver(stage: Stage, tasks: number): Promise<Taken> {
  await stage.fill(tasks);
  const child = stage.startHandler();
  try {
    // Every row has its point in the minute of `windowMs`, and its next one five minutes later.
    const windowMs = stage.windowMs + 60_000;
    const minuteLater = { windowMs, coveredUntilMs: windowMs, segment: 0, totalSegments: 1 };
    await child.ask<Taken>(minuteLater);
    await stage.upstream.ask({ kind: 'polls' });
    const { cpuS, wallS } = await child.ask<Taken>(minuteLater);
    const { byStatus } = await stage.upstream.ask<{ byStatus: Record<string, number> }>({ kind: 'polls' });
    if (Object.keys(byStatus).length > 0) throw new Error(`asked for rows not due: ${JSON.stringify(byStatus)}`);
    return { cpuS, wallS };
  } finally {
    await child.stop();
  }
}
