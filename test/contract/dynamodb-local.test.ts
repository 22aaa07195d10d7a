import { afterAll, beforeAll } from 'vitest';
import type { Backend } from './backend.ts';
import { describeDeliveries } from './deliveries.contract.ts';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import { describeLargeResults } from './large-result.contract.ts';
import { describePendingTaskStore } from './pending-task-store.contract.ts';
import { describeDynamoShardStore } from './shard-store.contract.ts';
import { describeDynamoStartIntents } from './start-intent-store.contract.ts';
import { describeTaskLife } from './task-life.contract.ts';
import { describeTaskResultStore } from './task-result-store.contract.ts';
import { describeWriteUnits } from './write-units.contract.ts';

// One Java process for all suites, for it takes seconds to start.
let shared: Backend | undefined;
beforeAll(async () => {
  shared = await startDynamoDbLocal();
});
afterAll(() => shared?.close());

async function start(): Promise<Backend> {
  if (shared === undefined) throw new Error('DynamoDB Local has not been started');
  return { client: shared.client, close: async () => {} };
}

describePendingTaskStore('DynamoDB Local', start);
describeTaskResultStore('DynamoDB Local', start);
describeDynamoShardStore('DynamoDB Local', start);
describeDeliveries('DynamoDB Local', start, { comparesMaps: true });
describeWriteUnits('DynamoDB Local', start, { reportsIndexes: true });
describeLargeResults('DynamoDB Local', start);
describeDynamoStartIntents('DynamoDB Local', start);
describeTaskLife('DynamoDB Local', start, { reportsIndexes: true });
