import { afterAll, beforeAll } from 'vitest';
import { type DynamoBackend, onDynamo } from './backend.ts';
import { describeDeliveries } from './deliveries.contract.ts';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import { describeLargeResults } from './large-result.contract.ts';
import { describePendingTaskStore } from './pending-task-store.contract.ts';
import { describeDynamoShardStore } from './shard-store.contract.ts';
import { describeDynamoStartIntents } from './start-intent-store.contract.ts';
import { describeStats } from './stats.contract.ts';
import { describeTaskLife } from './task-life.contract.ts';
import { describeTaskResultStore } from './task-result-store.contract.ts';
import { describeWriteUnits } from './write-units.contract.ts';

// One Java process for all suites, for it takes seconds to start.
let shared: DynamoBackend | undefined;
beforeAll(async () => {
  shared = await startDynamoDbLocal();
});
afterAll(() => shared?.close());

const startShared = async () => {
  if (shared === undefined) throw new Error('DynamoDB Local has not been started');
  return { client: shared.client, close: async () => {} };
};
const start = onDynamo(startShared);

describePendingTaskStore('DynamoDB Local', start);
describeTaskResultStore('DynamoDB Local', start, 'numbers');
describeDynamoShardStore('DynamoDB Local', start);
describeDeliveries('DynamoDB Local', start, { comparesMaps: true });
describeWriteUnits('DynamoDB Local', start, { reportsIndexes: true });
describeLargeResults('DynamoDB Local', start);
describeDynamoStartIntents('DynamoDB Local', startShared);
describeTaskLife('DynamoDB Local', start, { reportsIndexes: true });
describeStats('DynamoDB Local', start);
