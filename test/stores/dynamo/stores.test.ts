import { onDynamo } from '../../contract/backend.ts';
import { describeDeliveries } from '../../contract/deliveries.contract.ts';
import { describeLargeResults } from '../../contract/large-result.contract.ts';
import { describePendingTaskStore } from '../../contract/pending-task-store.contract.ts';
import { describeDynamoShardStore } from '../../contract/shard-store.contract.ts';
import { describeDynamoStartIntents } from '../../contract/start-intent-store.contract.ts';
import { describeStats } from '../../contract/stats.contract.ts';
import { describeTaskLife } from '../../contract/task-life.contract.ts';
import { describeTaskResultStore } from '../../contract/task-result-store.contract.ts';
import { describeWriteUnits } from '../../contract/write-units.contract.ts';
import { startDynalite } from '../../support/dynalite.ts';

const start = onDynamo(startDynalite);

describePendingTaskStore('dynalite', start);
describeTaskResultStore('dynalite', start, 'numbers');
describeDynamoShardStore('dynalite', start);
describeDeliveries('dynalite', start, { comparesMaps: false });
describeWriteUnits('dynalite', start, { reportsIndexes: false });
describeLargeResults('dynalite', start);
describeDynamoStartIntents('dynalite', startDynalite);
describeTaskLife('dynalite', start, { reportsIndexes: false });
describeStats('dynalite', start);
