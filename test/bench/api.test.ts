import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoPendingTaskStore } from '../../functions/adapters/dynamo-pending-task-store.ts';
import { createDynamoTaskResultStore } from '../../functions/adapters/dynamo-task-result-store.ts';
import { type EmbeddedDynamo, LOCAL_TABLES, startEmbeddedDynamo } from '../../local/embedded-dynamodb.ts';
import { createApi } from '../http/support/api.ts';

describe('what a registration asks of the database', () => {
  let database: EmbeddedDynamo;
  beforeAll(async () => {
    database = await startEmbeddedDynamo();
  });
  afterAll(() => database.close());

  /** The calls on both tables, in the order of their answers. */
  async function callsOf(path: string, body: unknown): Promise<{ status: number; calls: string[] }> {
    const calls: string[] = [];
    const table = (tableName: string) => ({
      ...{ client: database.client, tableName },
      onCapacity: (operation: string) => void calls.push(`${operation} ${tableName}`),
    });
    const pending = createDynamoPendingTaskStore(table(LOCAL_TABLES.pending));
    const results = createDynamoTaskResultStore({ ...table(LOCAL_TABLES.results), clock: { now: Date.now } });
    const { status } = await createApi({ pending, results }).call('POST', path, { body });
    return { status, calls };
  }

  const readResult = `GetItem ${LOCAL_TABLES.results}`;
  const putPending = `PutItem ${LOCAL_TABLES.pending}`;

  it('is one put, between two reads that see a task which ends meanwhile', async () => {
    const { status, calls } = await callsOf('/tasks', { task_id: 'alone' });
    expect(status).toBe(202);
    expect(calls).toEqual([readResult, putPending, readResult]);
  });

  it('is the same for each task of a batch', async () => {
    const tasks = Array.from({ length: 100 }, (_, i) => ({ task_id: `batch-${i}` }));
    const { status, calls } = await callsOf('/tasks/batch', { tasks });
    expect(status).toBe(207);
    expect(calls.filter((call) => call === putPending)).toHaveLength(100);
    expect(calls.filter((call) => call === readResult)).toHaveLength(200);
    expect(calls).toHaveLength(300);
  });
});
