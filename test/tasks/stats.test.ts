import { expect, it } from 'vitest';
import { readStats } from '../../functions/tasks/stats.ts';
import { taskResult } from '../http/support/api.ts';
import { createMemoryResultStore } from '../http/support/memory-results.ts';
import { START_MS } from '../support/fixtures.ts';

const endsOf = (count: number, label: (i: number) => string) =>
  createMemoryResultStore(
    Array.from({ length: count }, (_, i) =>
      taskResult({ taskId: `t${i}`, completedAtMs: START_MS + (i + 1) * 1_000, label: label(i) }),
    ),
  );

it('counts the newest ten thousand, and says that there are more', async () => {
  const stats = await readStats(
    endsOf(10_050, () => 'a'),
    {},
  );
  expect(stats).toMatchObject({ counted: 10_000, isComplete: false, oldestAtMs: START_MS + 51_000 });
  expect((await readStats(endsOf(10_000, String), {})).isComplete).toBe(true);
});

it('gives two hundred labels, those with the most results, and the number of others', async () => {
  const stats = await readStats(
    endsOf(1_000, (i) => `l${i % 300}`),
    {},
  );
  expect(stats.labels).toHaveLength(200);
  expect(stats.labels.slice(0, 100).every(({ count }) => count === 4)).toBe(true);
  expect(stats.omittedLabels).toBe(100);
});

it.each([
  [1, 1, 1],
  [2, 1, 2],
  [20, 10, 19],
  [100, 50, 95],
])('takes percentiles of %i durations by nearest rank', async (count, p50, p95) => {
  const [label] = (
    await readStats(
      endsOf(count, () => 'a'),
      {},
    )
  ).labels;
  expect([label?.p50Ms, label?.p95Ms]).toEqual([p50 * 1_000, p95 * 1_000]);
});

it('gives no duration for an end of watching', async () => {
  const { labels, recent } = await readStats(createMemoryResultStore([taskResult({ outcome: 'expired' })]), {});
  expect(labels[0]).not.toHaveProperty('p50Ms');
  expect(recent[0]).not.toHaveProperty('durationMs');
});
