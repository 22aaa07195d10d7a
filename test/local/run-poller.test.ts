import { expect, it } from 'vitest';
import type { RunReport } from '../../functions/polling/create-poller.ts';
import type { Trigger } from '../../functions/polling/hold-shard.ts';
import { createTriggers, SHARD } from '../../local/run-poller.ts';

const REPORT: RunReport = { kind: 'held' };

/** Triggers of a poller that answers as it is told; `called` resolves with the trigger of that number. */
function createCalls(answer: (number: number) => Promise<RunReport>) {
  const errors: string[] = [];
  const calls: PromiseWithResolvers<Trigger>[] = [];
  const call = (number: number) => {
    calls[number] ??= Promise.withResolvers<Trigger>();
    return calls[number];
  };
  let count = 0;
  const triggers = createTriggers({ log: { info() {}, warn() {}, error: (message) => void errors.push(message) } });
  const running = triggers.start((by) => {
    count += 1;
    call(count).resolve(by);
    return answer(count);
  });
  return { triggers, running, errors, called: (number: number) => call(number).promise };
}

it('calls the poller at the start, and at the time of each wake', async () => {
  const { triggers, running, called } = createCalls(async () => REPORT);
  expect(await called(1)).toEqual({ shard: SHARD });
  await triggers.wakes.send({ shard: SHARD, dueMs: 7 }, 0);
  expect(await called(2)).toEqual({ shard: SHARD, dueMs: 7 });
  await running.stop();
});

it('goes on after a run that failed, and logs it', async () => {
  const { triggers, running, errors, called } = createCalls(async (number) => {
    if (number === 1) throw new Error('no profiles');
    return REPORT;
  });
  await called(1);
  await triggers.wakes.send({ shard: SHARD, dueMs: 7 }, 0);
  await called(2);
  expect(errors).toEqual(['polling failed']);
  await running.stop();
});

it('waits at the end for runs under way, and starts none any more', async () => {
  const slow = Promise.withResolvers<RunReport>();
  const { triggers, running, called } = createCalls(() => slow.promise);
  await called(1);
  let isStopped = false;
  const stopped = running.stop().then(() => {
    isStopped = true;
  });
  await triggers.wakes.send({ shard: SHARD, dueMs: 7 }, 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isStopped).toBe(false);
  slow.resolve(REPORT);
  await stopped;
});
