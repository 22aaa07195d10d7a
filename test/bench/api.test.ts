import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BARE_REGISTRATIONS } from '../../bench/api/bare-registrations.ts';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { createApi } from '../http/support/api.ts';
import { type Dynalite, LOCAL_TABLES, startDynalite } from '../support/dynalite.ts';

describe('what a registration asks of the database', () => {
  let database: Dynalite;
  beforeAll(async () => {
    database = await startDynalite();
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

  it('is what the bare server of the benchmark asks, word by word', async () => {
    const commands: unknown[] = [];
    database.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          commands.push({ commandName, ...withoutValues(args.input) });
          return next(args);
        },
      { step: 'initialize', name: 'record' },
    );
    await callsOf('/tasks', { task_id: 'ours', label: 'bench' });
    const ours = commands.splice(0);
    await BARE_REGISTRATIONS.same_calls(database.client, 'bare');
    expect(ours).toHaveLength(3);
    expect(commands).toEqual(ours);
    database.client.middlewareStack.remove('record');
  });
});

/** A command's input with the names of attributes alone; the capacity is asked for by this test. */
function withoutValues(input: object): object {
  const { Item, Key, ReturnConsumedCapacity: _, ...others } = input as Record<string, object>;
  return { ...others, ...(Item && { Item: Object.keys(Item) }), ...(Key && { Key: Object.keys(Key) }) };
}
