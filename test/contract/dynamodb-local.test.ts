import { startDynamoDbLocal } from './dynamodb-local.ts';
import { describeLargeResults } from './large-result.contract.ts';
import { describePendingTaskStore } from './pending-task-store.contract.ts';
import { describeTaskResultStore } from './task-result-store.contract.ts';
import { describeWriteUnits } from './write-units.contract.ts';

describePendingTaskStore('DynamoDB Local', startDynamoDbLocal);
describeTaskResultStore('DynamoDB Local', startDynamoDbLocal);
describeWriteUnits('DynamoDB Local', startDynamoDbLocal, { reportsIndexes: true });
describeLargeResults('DynamoDB Local', startDynamoDbLocal);
