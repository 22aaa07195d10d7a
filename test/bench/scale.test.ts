import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepShards } from '../../bench/scale/sweep-shards.ts';
import { type Stage, setStage } from '../../bench/sweep/stage.ts';

describe('shards as separate processes', () => {
  const tasks = 1_500;
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(tasks);
  });
  afterAll(() => stage.close());

  it.each([1, 3])('%d together ask about every task once', async (shards) => {
    const { missed, doubled } = await sweepShards(stage, { tasks, shards });
    expect({ missed, doubled }).toEqual({ missed: 0, doubled: 0 });
  });
});
