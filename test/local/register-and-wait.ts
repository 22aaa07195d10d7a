import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { LOCAL_TABLES, startEmbeddedDynamo } from '../../local/embedded-dynamodb.ts';
import { aTask } from '../contract/samples.ts';

// A process to be killed: registers one task in the folder it is given, says so, and stays until then.
const { client } = await startEmbeddedDynamo({ dataDir: process.argv[2] ?? '' });
await createDynamoPendingTaskStore({ client, tableName: LOCAL_TABLES.pending }).register(aTask());
process.send?.('registered');
