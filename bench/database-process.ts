import { BatchWriteItemCommand, type BatchWriteItemCommandInput } from '@aws-sdk/client-dynamodb';
import { toPendingRow } from '../functions/stores/dynamo/pending-tasks.ts';
import { LOCAL_TABLES, startDynalite } from '../test/support/dynalite.ts';
import { createProfilePartsTable } from '../test/support/profile-parts.ts';
import { answerRequests } from './child.ts';
import { dueTask } from './sweep/rows.ts';

/** Puts the rows with the numbers from `from` up to before `to` into the pending table. Answers the endpoint. */
export type DatabaseRequest = { from: number; to: number; windowMs: number };

const BATCH = 25;
const PARALLEL = 8;
const { client, endpoint } = await startDynalite();
await createProfilePartsTable({ client });

answerRequests(async ({ from, to, windowMs }: DatabaseRequest) => {
  for (let begin = from; begin < to; begin += BATCH * PARALLEL) {
    const starts = Array.from({ length: PARALLEL }, (_, i) => begin + i * BATCH).filter((start) => start < to);
    await Promise.all(starts.map((start) => client.send(batchOf(start, Math.min(to, start + BATCH), windowMs))));
  }
  return endpoint;
});

function batchOf(from: number, to: number, windowMs: number): BatchWriteItemCommand {
  const rows = Array.from({ length: to - from }, (_, i) => toPendingRow(dueTask(from + i, windowMs)));
  const requests: NonNullable<BatchWriteItemCommandInput['RequestItems']>[string] = rows.map((Item) => ({
    PutRequest: { Item },
  }));
  return new BatchWriteItemCommand({ RequestItems: { [LOCAL_TABLES.pending]: requests } });
}
