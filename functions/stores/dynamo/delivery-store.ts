import * as z from 'zod/mini';
import { awsHost } from '../../channels/aws-host.ts';
import { type AwsJsonService, callAwsJson } from '../../channels/aws-json-call.ts';
import { StoreError } from '../../tasks/errors.ts';
import type { TaskResultStore } from '../../tasks/ports.ts';
import type { Row } from './attributes.ts';
import { createDeliveryRecorder, type RowUpdate } from './deliveries.ts';

/** Short, for it is spent while an invocation has a batch to answer for. */
const TIMEOUT_MS = 2_000;

export type DynamoDeliveryTable = Pick<AwsJsonService, 'region' | 'credentials'> & {
  tableName: string;
  /** Of an emulator. Default: DynamoDB of the region. */
  endpoint?: string;
};

/** What is read of an answer: how many deliveries the row has now, or the class of the refusal. */
const updatedSchema = z.object({
  Attributes: z.optional(z.object({ deliveries: z.optional(z.object({ L: z.array(z.unknown()) })) })),
});
const refusalSchema = z.object({ __type: z.string() });

/**
 * Notes deliveries on `TaskResults` and can do nothing else. It signs its one kind of call itself, for a function that
 * has no other business with DynamoDB (UpdateItem, DynamoDB API reference).
 */
export function createDynamoDeliveryStore(table: DynamoDeliveryTable): Pick<TaskResultStore, 'recordDeliveries'> {
  return { recordDeliveries: createDeliveryRecorder((update) => updateRow(table, update)) };
}

async function updateRow(table: DynamoDeliveryTable, update: RowUpdate) {
  const { tableName, region, credentials, endpoint = `https://${awsHost('dynamodb', region)}` } = table;
  const api = { service: 'dynamodb', region, credentials, endpoint, timeoutMs: TIMEOUT_MS } as const;
  const { status, body } = await callAwsJson(api, 'DynamoDB_20120810.UpdateItem', { TableName: tableName, ...update });
  const updated = updatedSchema.safeParse(body);
  if (status === 200 && updated.success) return { Attributes: updated.data.Attributes as Row | undefined };
  const kind = refusalSchema.safeParse(body).data?.__type.split('#').at(-1) ?? 'no reason';
  if (kind === 'ConditionalCheckFailedException') return undefined;
  throw new StoreError(`UpdateItem on table ${tableName} failed: HTTP ${status}, ${kind}`);
}
