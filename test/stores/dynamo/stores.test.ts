import { startEmbeddedDynamo } from '../../../local/embedded-dynamodb.ts';
import { describeDeliveries } from '../../contract/deliveries.contract.ts';
import { describeLargeResults } from '../../contract/large-result.contract.ts';
import { describePendingTaskStore } from '../../contract/pending-task-store.contract.ts';
import { describeDynamoShardStore } from '../../contract/shard-store.contract.ts';
import { describeDynamoStartIntents } from '../../contract/start-intent-store.contract.ts';
import { describeTaskLife } from '../../contract/task-life.contract.ts';
import { describeTaskResultStore } from '../../contract/task-result-store.contract.ts';
import { describeWriteUnits } from '../../contract/write-units.contract.ts';

describePendingTaskStore('dynalite', startEmbeddedDynamo);
describeTaskResultStore('dynalite', startEmbeddedDynamo);
describeDynamoShardStore('dynalite', startEmbeddedDynamo);
describeDeliveries('dynalite', startEmbeddedDynamo, { comparesMaps: false });
describeWriteUnits('dynalite', startEmbeddedDynamo, { reportsIndexes: false });
describeLargeResults('dynalite', startEmbeddedDynamo);
describeDynamoStartIntents('dynalite', startEmbeddedDynamo);
describeTaskLife('dynalite', startEmbeddedDynamo, { reportsIndexes: false });
