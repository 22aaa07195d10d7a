import { expect, it } from 'vitest';
import { createDynamoDeliveryNotes, createDynamoTaskResultStore } from '../../../functions/stores/dynamo/results.ts';
import { aResult, NOW_MS } from '../../contract/samples.ts';
import { LOCAL_TABLES, startDynalite } from '../../support/dynalite.ts';

it('a worker of channels reads when the task ended, and the notes on it', async () => {
  const dynamo = await startDynalite();
  try {
    const table = { client: dynamo.client, tableName: LOCAL_TABLES.results, clock: { now: () => NOW_MS } };
    const notes = createDynamoDeliveryNotes(table);
    const result = aResult();
    expect(await notes.get(result.taskId)).toBeUndefined();
    await createDynamoTaskResultStore(table).put(result);
    expect(await notes.get(result.taskId)).toEqual({ completedAtMs: result.completedAtMs, deliveries: [] });
    const delivery = { channel: 'ops', status: 'delivered', at: '2026-11-24T12:00:00.000Z', attempts: 1 } as const;
    await notes.recordDeliveries(result.taskId, [delivery]);
    expect(await notes.get(result.taskId)).toEqual({ completedAtMs: result.completedAtMs, deliveries: [delivery] });
  } finally {
    await dynamo.close();
  }
});
