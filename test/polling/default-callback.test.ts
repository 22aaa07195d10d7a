import { describe, expect, it } from 'vitest';
import type { PendingTask } from '../../functions/tasks/task.ts';
import { pendingTask, succeeded } from '../support/fixtures.ts';
import { startLife } from './poller-life.ts';

const OF_PROFILE = 'https://hooks.example.com/of-the-profile';
const OF_TASK = 'https://hooks.example.com/of-the-task';

/** The result of a task that is polled with a profile that has a callback, or has none. */
async function resultOf(task: Partial<PendingTask>, callback?: { callback_url: string }) {
  const { results, runMinutes } = startLife({
    tasks: [pendingTask({ taskId: 't1', ...task })],
    answer: () => succeeded,
    profiles: () => ({ default: { project_id: 'p1', ak: 'a', sk: 's', ...callback } }),
  });
  await runMinutes(0, 1);
  return results.rows.get('t1');
}

describe('the callback of a result', () => {
  it("is the profile's where the task names none, and is marked as that", async () => {
    expect(await resultOf({}, { callback_url: OF_PROFILE })).toMatchObject({
      callbackUrl: OF_PROFILE,
      isCallbackDefault: true,
    });
  });

  it("is the task's own before that", async () => {
    const result = await resultOf({ callbackUrl: OF_TASK }, { callback_url: OF_PROFILE });
    expect(result?.callbackUrl).toBe(OF_TASK);
    expect(result).not.toHaveProperty('isCallbackDefault');
  });

  it('is not there where neither has one', async () => {
    const result = await resultOf({});
    expect(result?.outcome).toBe('succeeded');
    expect(result).not.toHaveProperty('callbackUrl');
    expect(result).not.toHaveProperty('isCallbackDefault');
  });
});
