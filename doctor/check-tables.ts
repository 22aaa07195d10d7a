import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Check, fail, ok, warn } from './check.ts';

/** Whether a table is there and active, and how much is in it. */
export function tableCheck(client: DynamoDBClient, label: string, tableName: string | undefined): Check {
  const name = `table ${label}`;
  return {
    name,
    async run() {
      if (tableName === undefined) return [fail(name, 'missing in the outputs of the stack', 'deploy this version')];
      const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
      const said = `${tableName} is ${Table?.TableStatus}, about ${Table?.ItemCount ?? 0} items`;
      if (Table?.TableStatus === 'ACTIVE') return [ok(name, said)];
      const isUsable = Table?.TableStatus === 'UPDATING';
      return [
        isUsable
          ? warn(name, said, 'run the doctor again later')
          : fail(name, said, 'look at the table in the DynamoDB console'),
      ];
    },
  };
}
