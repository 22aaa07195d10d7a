import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { LISTED_ATTRIBUTES, NEWEST_INDEX } from '../../names.ts';
import { StoreError } from '../../tasks/errors.ts';

export type TableNames = { pending: string; results: string };

/** Both tables as `CreateTable` wants them. TTL, which is set apart, is on `expires_at` of the results. */
export function tableDefinitions(names: TableNames): {
  pending: CreateTableCommandInput;
  results: CreateTableCommandInput;
} {
  return {
    pending: {
      TableName: names.pending,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'task_id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'task_id', KeyType: 'HASH' }],
    },
    results: {
      TableName: names.results,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'task_id', AttributeType: 'S' },
        { AttributeName: 'listing', AttributeType: 'S' },
        { AttributeName: 'completed_at', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'task_id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: NEWEST_INDEX,
          KeySchema: [
            { AttributeName: 'listing', KeyType: 'HASH' },
            { AttributeName: 'completed_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: LISTED_ATTRIBUTES },
        },
      ],
    },
  };
}

/** Creates the tables that are missing and waits until they can be used. Throws `StoreError`. */
export async function ensureTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  const { pending, results } = tableDefinitions(names);
  await Promise.all([ensureTable(client, pending), ensureTable(client, results)]);
}

/** Creates one table if it is missing and waits until it can be used. Throws `StoreError`. */
export async function ensureTable(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition)).catch(ignoreExisting);
    await waitUntilTableExists(
      { client, maxWaitTime: 30, minDelay: 1, maxDelay: 2 },
      { TableName: definition.TableName },
    );
  } catch (cause) {
    throw new StoreError(`Table ${definition.TableName} cannot be created`, { cause });
  }
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof ResourceInUseException)) throw error;
}
