import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHuaweiTaskQuery } from '../../functions/huawei/task-query.ts';
import { createPoller } from '../../functions/polling/create-poller.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { tableDefinitions } from '../../functions/stores/dynamo/tables.ts';
import { createMemoryShardStore } from '../../functions/stores/memory-shard-store.ts';
import { createStoreResult } from '../../functions/stores/store-result.ts';
import type { PendingTaskStore } from '../../functions/tasks/ports.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { createApi } from '../http/support/api.ts';
import { createMemoryFiles } from '../http/support/memory-files.ts';
import { createMetricSums, createVirtualClock, silentLog } from '../support/fixtures.ts';
import { type DynamoStores, type StartBackend, useBackend } from './backend.ts';
import { meterWrites, reportedBy, totals } from './write-meter.ts';

const RUN_EVERY_MS = 5_000;

/**
 * What a task's whole life costs, from `POST /tasks` to the deleted row, through the real API, poller and stores. The
 * units of indexes are derived by DynamoDB's rule; where the backend reports them, each write must agree.
 */
export function describeTaskLife(
  name: string,
  start: StartBackend<DynamoStores>,
  { reportsIndexes }: { reportsIndexes: boolean },
) {
  describe(`Write units of a task's life on ${name}`, () => {
    const stores = useBackend(start);
    const clock = createVirtualClock();
    let simulator: Simulator;
    beforeAll(async () => {
      simulator = await startSimulator({ clock });
    });
    afterAll(() => simulator.close());

    async function setUp() {
      const { client, names } = await stores();
      const { pending: pendingTable, results: resultsTable } = tableDefinitions(names);
      const meter = meterWrites(client, [pendingTable, resultsTable]);
      // Tables and simulator answer in real time: the clock waits for them.
      const slow = { send: (command: never) => clock.during(meter.client.send(command)) } as unknown as DynamoDBClient;
      const pending = createDynamoPendingTaskStore({ client: slow, tableName: names.pending });
      const results = createDynamoTaskResultStore({ client: slow, tableName: names.results, clock });
      const profiles = async () => ({ default: defaultProfile(simulator.url) });
      const files = createMemoryFiles();
      const { call } = createApi({ pending, results, files, clock, profiles });
      const query = createHuaweiTaskQuery({
        profiles: async () => ({ profiles: await profiles() }),
        clock,
        connections: 4,
      });
      const poll = createPoller({
        ...{ pending, profiles, clock, log: silentLog, metrics: createMetricSums(), publishers: [] },
        query: { poll: (task, limits) => clock.during(query.poll(task, limits)) },
        storeResult: createStoreResult({ results, files }),
        operatorAlerts: { raise: async () => true },
        schedule: createTaskSchedule(DEFAULT_SCHEDULE),
        shards: createMemoryShardStore(),
        wakes: { async send() {} },
        settings: { shards: 1, concurrency: 4, answerBytes: 2 ** 28, retentionMs: 86_400_000 },
      });
      return { ...meter, call, pending, results, poll };
    }

    it.each([
      ['an import', 4, {}],
      ['an import that fails partly', 4, { ending: 'partial' }],
      ['an import that fails', 4, { ending: 'failure' }],
      ['an export', 4, { taskType: 'export_api' }],
      ['an export of megabytes', 4, { taskType: 'export_api', documentBytes: 3_000_000 }],
      ['a task that Huawei does not know, with the error that is kept until it is believed,', 5, undefined],
    ] as const)('%s costs %i', async (_name, units, seed) => {
      const { call, pending, results, poll, writes } = await setUp();
      const taskId =
        seed === undefined
          ? 'f'.repeat(32)
          : simulator.control.addTask({ ...seed, waitingMs: 20_000, processingMs: 70_000 });
      expect((await call('POST', '/tasks', { body: { task_id: taskId, label: 'nightly' } })).status).toBe(202);
      await untilNoneIsPending(pending, poll);
      const { polls = 0 } = (await results.get(taskId)) ?? expect.fail('no result');
      expect(polls).toBeGreaterThan(5);
      expect(totals(writes)).toEqual({ table: units - 1, index: 1 });
      expect(new Set(writes.map(({ taskId }) => taskId))).toEqual(new Set([taskId]));
      if (reportsIndexes) expect(reportedBy(writes)).toEqual(writes.map(({ index }) => index));
    });

    type Poll = Awaited<ReturnType<typeof setUp>>['poll'];
    async function untilNoneIsPending(pending: PendingTaskStore, poll: Poll): Promise<void> {
      for (let run = 0; run < 300; run += 1) {
        const nextMs = clock.now() + RUN_EVERY_MS;
        await poll({ shard: { segment: 0, totalSegments: 1 } });
        clock.advance(Math.max(0, nextMs - clock.now()));
        const { value } = await pending.scan({ segment: 0, totalSegments: 1 })[Symbol.asyncIterator]().next();
        if (value === undefined) return;
      }
    }
  });
}
