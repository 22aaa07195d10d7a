import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../functions/names.ts';
import { readStats } from '../../functions/tasks/stats.ts';
import { type StartBackend, useBackend } from './backend.ts';
import { aResult, longId, NOW_MS } from './samples.ts';

/** Statistics over what every `TaskResultStore` lists. */
export function describeStats(name: string, start: StartBackend): void {
  describe(`statistics over ${name}`, () => {
    const stores = useBackend(start);

    it('count outcomes, and durations by label, of the newest results', async () => {
      const { results } = await stores();
      const outcomes: Outcome[] = ['succeeded', 'succeeded', 'failed', 'expired'];
      const put = (i: number) => {
        const completedAtMs = NOW_MS + (i + 1) * 1_000;
        const outcome = outcomes[i % 4] as Outcome;
        return results.put(aResult({ taskId: longId(`${i}-`), label: i < 1_100 ? 'a' : 'b', outcome, completedAtMs }));
      };
      await Promise.all(Array.from({ length: 1_200 }, (_, i) => put(i)));
      const stats = await readStats(results, {});
      expect(stats).toMatchObject({ counted: 1_200, isComplete: true, oldestAtMs: NOW_MS + 1_000, omittedLabels: 0 });
      expect(stats.outcomes).toEqual({
        ...{ succeeded: 600, partially_succeeded: 0, failed: 300, expired: 300, not_found: 0, rejected: 0 },
      });
      expect(stats.labels.map(({ label, count, succeeded }) => [label, count, succeeded])).toEqual([
        ['a', 1_100, 550],
        ['b', 100, 50],
      ]);
      // Without those that expired: every fourth has no duration.
      expect(stats.labels[1]).toMatchObject({ p50Ms: 1_150_000, p95Ms: 1_195_000 });
      expect(stats.recent).toHaveLength(50);
      expect(stats.recent[0]).toMatchObject({ taskId: longId('1199-'), outcome: 'expired' });
      const since = await readStats(results, { sinceMs: NOW_MS + 1_200_000 - 4_000, label: 'b*' });
      expect(since).toMatchObject({ counted: 5, isComplete: true });
    });

    it('keep the first failed API and what was heard, and list the former alone', async () => {
      const { results } = await stores();
      const firstFailure = { method: 'GET', path: '/pets', error_code: 'APIG.2011', error_msg: 'no' };
      const answers = [{ taskStatus: 'processing', atMs: NOW_MS + 1 }];
      const result = aResult({ firstFailure, answers });
      await results.put(result);
      expect(await results.get(result.taskId)).toEqual(result);
      const [listed] = (await results.list({}, { limit: 1 })).items;
      expect(listed?.firstFailure).toEqual(firstFailure);
      expect(listed?.answers).toBeUndefined();
    });
  });
}
