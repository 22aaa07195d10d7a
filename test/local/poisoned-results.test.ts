import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import QuickLru from 'quick-lru';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRouting } from '../../functions/channels/routing.ts';
import { createSettlingRound } from '../../functions/polling/settle.ts';
import { createStoreResult } from '../../functions/stores/store-result.ts';
import type { ParsedResult, TaskResult } from '../../functions/tasks/result.ts';
import { createFolderFileStore } from '../../local/folder-file-store.ts';
import { createNotifications } from '../../local/notifications.ts';
import { arbitraryResult } from '../messages/arbitrary-result.ts';
import { createMetricSums, createVirtualClock, pendingTask, silentLog } from '../support/fixtures.ts';
import { openLocalStores } from './local-stores.ts';
import { type Receivers, startReceivers } from './receivers.ts';

const DEPTHS = [5, 100, 3_000, 10_000, 60_000];
/** Nested lists or objects, as an answer of Huawei's can hold them. */
const nested = fc.tuple(fc.constantFrom(...DEPTHS), fc.boolean()).map(([depth, isList]) => {
  const [open, close] = isList ? ['[', ']'] : ['{"x":', '}'];
  return { deep: JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`) as unknown };
});
const poison: fc.Arbitrary<ParsedResult> = fc.oneof(
  nested.map((extra) => ({ kind: 'import' as const, success: [], failure: [], extra })),
  nested.map((extra) => ({ kind: 'none' as const, extra })),
  nested.map((deep) => ({ kind: 'import' as const, success: [deep], failure: [{ path: '/pets', ...deep }] })),
  nested.map((extra) => ({ kind: 'export' as const, content: '{}', extra })),
);
const poisoned = fc.oneof(
  arbitraryResult,
  fc.tuple(arbitraryResult, poison).map(([task, result]) => ({ ...task, result })),
);

let receivers: Receivers;
let root: string;
beforeAll(async () => {
  receivers = await startReceivers();
  root = await mkdtemp(path.join(tmpdir(), 'poisoned-'));
});
afterAll(async () => {
  await receivers.close();
  await rm(root, { recursive: true });
});

async function openRound() {
  const clock = createVirtualClock(1_700_000_000_000);
  const stores = await openLocalStores({ clock });
  const printed: string[] = [];
  const { queues, results, pending, alertMemory } = stores;
  const notifications = createNotifications({
    ...{ queues, results, alertMemory, clock, log: silentLog, metrics: createMetricSums(), publicUrl: () => undefined },
    profiles: { default: { project_id: 'p', webhook_secrets: [`whsec_${Buffer.alloc(32, 3).toString('base64')}`] } },
    channels: parseRouting({ webhook_url: receivers.slackUrl }),
    ...{ smtpUrl: receivers.smtpUrl, alertEmails: ['a@example.com'] },
    terminal: { write: (text) => void printed.push(text), colours: false },
  });
  const round = createSettlingRound({
    ...{ pending, clock, log: silentLog, metrics: createMetricSums(), publishers: notifications.publishers },
    storeResult: createStoreResult({ results, files: createFolderFileStore({ folder: root }) }),
    toldBefore: new QuickLru<string, number>({ maxSize: 100 }),
  });
  return { ...stores, round, notifications, printed };
}

describe('a round with a result that breaks things', () => {
  it('tells every channel of its neighbours, stores and forgets them all the same', async () => {
    let run = 0;
    const check = async (bad: TaskResult[]) => {
      const { round, notifications, printed, pending, results, ...stores } = await openRound();
      run += 1;
      const { deadlineAtMs: _, ...identity } = pendingTask({ taskId: `healthy-${run}` });
      const healthy: TaskResult = {
        ...identity,
        ...{ outcome: 'succeeded', completedAtMs: 1, summary: {}, result: { kind: 'none' }, expiresAtS: 1_900_000_000 },
        callbackUrl: receivers.webhookUrl,
      };
      for (const one of [...bad.slice(0, 2), healthy, ...bad.slice(2)]) {
        await pending.register(pendingTask({ taskId: one.taskId }));
        await round.add(one).catch(() => {});
      }
      await round.finish().catch(() => {});
      expect(await pending.get(healthy.taskId)).toBeUndefined();
      await expect
        .poll(() => receivers.channelsOf(healthy.taskId), { timeout: 10_000 })
        .toEqual(['e-mail', 'slack', 'webhook']);
      expect(printed.join('')).toContain(healthy.taskId);
      expect(await results.get(healthy.taskId)).toMatchObject({ outcome: 'succeeded' });
      await notifications.stop();
      await stores[Symbol.asyncDispose]();
    };
    const batch = fc.uniqueArray(poisoned, { minLength: 1, maxLength: 4, selector: ({ taskId }) => taskId });
    await fc.assert(fc.asyncProperty(batch, check), { numRuns: 10, endOnFailure: true });
  }, 120_000);

  it('keeps a result that is nested 10,000 deep as one that can be answered and told', async () => {
    await using opened = await openRound();
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    const task = pendingTask({ taskId: 'deep' });
    await opened.pending.register(task);
    const { deadlineAtMs: _, ...identity } = task;
    await opened.round.add({
      ...identity,
      ...{ outcome: 'succeeded', completedAtMs: 1, summary: {}, expiresAtS: 1_900_000_000 },
      result: { kind: 'import', success: [], failure: [], extra: { deep } },
    });
    await opened.round.finish();
    expect(await opened.pending.get('deep')).toBeUndefined();
    expect(JSON.stringify(await opened.results.get('deep')).length).toBeLessThan(1_000);
    await opened.notifications.stop();
  });
});
