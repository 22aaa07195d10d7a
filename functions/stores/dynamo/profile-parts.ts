import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { StoreError } from '../../tasks/errors.ts';
import { callTable, type DynamoTable, onTable } from './rows.ts';

/**
 * A table of one row for each part of the profiles. The poller, which may read the Huawei secret, writes them; each other
 * function may read the one row that it needs.
 */
export function createDynamoProfileParts(table: DynamoTable) {
  return {
    /** Replaces every part given. Throws `StoreError`. */
    async put(parts: Record<string, string>): Promise<void> {
      const rows = Object.entries(parts).map(([part, text]) => ({ part: { S: part }, json: { S: text } }));
      const commands = rows.map((Item) => new PutItemCommand({ ...onTable(table), Item }));
      await Promise.all(commands.map((command) => callTable(table, 'PutItem', () => table.client.send(command))));
    },
    /** The text of a part. Throws `StoreError`, also while the poller has written none. */
    async read(part: string): Promise<string> {
      const command = new GetItemCommand({ ...onTable(table), Key: { part: { S: part } } });
      const { Item } = await callTable(table, 'GetItem', () => table.client.send(command));
      if (Item?.json?.S !== undefined) return Item.json.S;
      throw new StoreError('The poller has not read the Huawei secret yet');
    },
  };
}
