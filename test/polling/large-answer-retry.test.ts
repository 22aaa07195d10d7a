import { expect, it } from 'vitest';
import type { TaskQuery } from '../../functions/huawei/task-query.ts';
import { createByteBudget } from '../../functions/huawei/transport.ts';
import { createRateLimiter } from '../../functions/polling/lines.ts';
import { observeTask } from '../../functions/polling/observe-task.ts';
import { createProfileHealth } from '../../functions/polling/profile-health.ts';
import { createFakeClock, faultObservation, pendingTask, processing, START_MS } from '../support/fixtures.ts';

const ALL_BYTES = 1_000;

it('gives the memory of a large answer back before it asks again', async () => {
  const clock = createFakeClock();
  const budget = createByteBudget(ALL_BYTES);
  const limiter = createRateLimiter(10, clock);
  const answers = [faultObservation('transient'), faultObservation('transient'), processing];
  const shares: string[] = [];
  const query: TaskQuery = {
    async poll(_, { allowance } = {}) {
      const granted = allowance?.take(ALL_BYTES).then(() => 'granted');
      const refused = new Promise<string>((resolve) => setImmediate(resolve, 'the memory is still held'));
      shares.push(await Promise.race([granted ?? 'no allowance', refused]));
      return answers.shift() ?? processing;
    },
  };
  const health = createProfileHealth(clock, { raise: async () => true });
  const observing = { clock, query, health, limiterOf: () => limiter, random: () => 0.5 };
  const allowance = budget.open();
  const { signal } = new AbortController();
  const limits = { untilMs: START_MS + 60_000, mayPoll: () => true, signal, cutOff: signal };
  await observeTask(observing, pendingTask(), { ...limits, allowance });
  expect(shares).toEqual(['granted', 'granted', 'granted']);
});
