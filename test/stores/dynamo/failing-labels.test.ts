import { afterAll, beforeAll } from 'vitest';
import { createDynamoFailingLabels } from '../../../functions/stores/dynamo/failing-labels.ts';
import { createDynamoTaskResultStore } from '../../../functions/stores/dynamo/results.ts';
import { describeFailingLabels } from '../../contract/failing-labels.contract.ts';
import { NOW_MS } from '../../contract/samples.ts';
import { type Dynalite, LOCAL_TABLES, startDynalite } from '../../support/dynalite.ts';

let dynamo: Dynalite;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.close());

describeFailingLabels('dynalite', () => {
  const table = { client: dynamo.client, tableName: LOCAL_TABLES.results, clock: { now: () => NOW_MS } };
  return { results: createDynamoTaskResultStore(table), labels: createDynamoFailingLabels(table) };
});
