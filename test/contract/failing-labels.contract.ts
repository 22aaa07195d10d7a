import { describe, expect, it } from 'vitest';
import { createStoreResult, type FailingLabels } from '../../functions/stores/store-result.ts';
import type { FileStore, TaskResultStore } from '../../functions/tasks/ports.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { aResult, NOW_MS } from './samples.ts';

/** What every memory of failing labels does, beside the results that it decides about. */
export function describeFailingLabels(name: string, stores: () => { results: TaskResultStore; labels: FailingLabels }) {
  let tasks = 0;

  /** Stores ends of a label one after the other, a second apart, and says of each whether it is a first success. */
  function setUp(label: string) {
    const { results, labels } = stores();
    const store = createStoreResult({ results, files: {} as FileStore, labels });
    const end = (outcome: TaskResult['outcome'], changes: Partial<TaskResult> = {}) => {
      tasks += 1;
      return aResult({ taskId: `t${tasks}`, label, outcome, completedAtMs: NOW_MS + tasks * 1_000, ...changes });
    };
    return { results, labels, store, end };
  }

  describe(`${name}: the first success of a label`, () => {
    it('is the one after a task that did not succeed, once', async () => {
      const { store, end } = setUp('a');
      const flags = [];
      for (const outcome of [
        'succeeded',
        'failed',
        'expired',
        'succeeded',
        'succeeded',
        'partially_succeeded',
        'succeeded',
      ] as const)
        flags.push((await store(end(outcome))).result.isFirstSuccess ?? false);
      expect(flags).toEqual([false, false, false, true, false, false, true]);
    });

    it('is kept on the result, so that every repeat says the same', async () => {
      const { store, end, results } = setUp('b');
      await store(end('failed'));
      const success = end('succeeded');
      await store(success);
      expect(await results.get(success.taskId)).toMatchObject({ isFirstSuccess: true });
      expect(await store(success)).toMatchObject({ kind: 'exists', result: { isFirstSuccess: true } });
    });

    it('is of one gateway and one label', async () => {
      const { store, end } = setUp('c');
      await store(end('failed'));
      expect((await store(end('succeeded', { instanceId: 'other' }))).result.isFirstSuccess).toBeUndefined();
      expect((await store(end('succeeded', { label: 'other' }))).result.isFirstSuccess).toBeUndefined();
      const { label: _, ...unlabelled } = end('succeeded');
      expect((await store(unlabelled)).result.isFirstSuccess).toBeUndefined();
      expect((await store(end('succeeded'))).result.isFirstSuccess).toBe(true);
    });

    it('does not hide a failure that ended later', async () => {
      const { store, end, labels } = setUp('d');
      await store(end('failed'));
      const early = end('succeeded');
      const late = end('failed');
      await store(late);
      expect((await store(early)).result.isFirstSuccess).toBeUndefined();
      await labels.noteSuccess({ instanceId: early.instanceId, label: 'd', atMs: early.completedAtMs });
      expect((await store(end('succeeded'))).result.isFirstSuccess).toBe(true);
    });

    it('is cleared by the next run where one died after the put', async () => {
      const { store, end, results } = setUp('e');
      await store(end('failed'));
      const success: TaskResult = { ...end('succeeded'), isFirstSuccess: true };
      await results.put(success);
      await store(success);
      expect((await store(end('succeeded'))).result.isFirstSuccess).toBeUndefined();
    });
  });
}
