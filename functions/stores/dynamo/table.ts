import { ConditionalCheckFailedException, type ConsumedCapacity, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { StoreError } from '../../tasks/errors.ts';
import type { Log } from '../../tasks/ports.ts';
import type { Row, RowRead } from './rows.ts';

/** One table and what its stores need to work on it. */
export type DynamoTable = {
  client: DynamoDBClient;
  tableName: string;
  /** Told of rows that cannot be read and are skipped. */
  log?: Pick<Log, 'warn'>;
  /** Given the units of each call, its indexes included; asking for them is free. */
  onCapacity?: (operation: string, capacity: ConsumedCapacity) => void;
};

/** The parameters that every call on the table shares. */
export function onTable(table: DynamoTable): { TableName: string; ReturnConsumedCapacity: 'INDEXES' | 'NONE' } {
  return { TableName: table.tableName, ReturnConsumedCapacity: table.onCapacity ? 'INDEXES' : 'NONE' };
}

type Metered = { ConsumedCapacity?: ConsumedCapacity | undefined };

/** Sends one command; the SDK's errors become `StoreError`. */
export async function callTable<T extends Metered>(
  table: DynamoTable,
  operation: string,
  send: () => Promise<T>,
): Promise<T> {
  try {
    const output = await send();
    if (output.ConsumedCapacity) table.onCapacity?.(operation, output.ConsumedCapacity);
    return output;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new StoreError(`${operation} on table ${table.tableName} failed. ${reason}`, { cause });
  }
}

/** As `callTable`, for a conditional write: undefined when the condition was not met, which is an expected end. */
export async function tryOnTable<T extends Metered>(
  table: DynamoTable,
  operation: string,
  send: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await callTable(table, operation, send);
  } catch (error) {
    if (error instanceof StoreError && error.cause instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** The readable rows of a page. One that is not costs a log line, never the sweep or the listing. */
export function readRows<T>(table: DynamoTable, rows: Row[], read: (row: Row) => RowRead<T>): T[] {
  const values: T[] = [];
  for (const row of rows) {
    const result = read(row);
    if (result.ok) values.push(result.value);
    else table.log?.warn('Skipped a row that cannot be read', skipFields(table, result));
  }
  return values;
}

/** The one row that was asked for. Throws `StoreError` when it cannot be read. */
export function readRow<T>(table: DynamoTable, row: Row, read: (row: Row) => RowRead<T>): T {
  const result = read(row);
  if (result.ok) return result.value;
  throw new StoreError(`Row ${result.taskId} of table ${table.tableName} cannot be read: ${result.reason}`);
}

function skipFields(table: DynamoTable, { taskId, reason }: { taskId: string; reason: string }) {
  return { table: table.tableName, task_id: taskId, reason };
}
