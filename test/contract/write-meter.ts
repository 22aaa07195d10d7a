import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  type CreateTableCommandInput,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { indexWriteUnits, itemBytes, writeUnits } from './index-units.ts';

type Item = Record<string, AttributeValue>;
type WriteCommand = PutItemCommand | UpdateItemCommand | DeleteItemCommand;

/** One write: the units that the backend reports, and those that its indexes must have cost by DynamoDB's rule. */
export type MeteredWrite = {
  taskId: string;
  operation: string;
  table: number;
  index: number;
  /** As the backend has it; dynalite says nothing of indexes. */
  reportedIndex: number;
};

/**
 * The same client, which looks at the item before and after each single-item write. A write whose condition is not met
 * counts as well: DynamoDB charges it, and reports nothing. Throws where something else is written.
 */
export function meterWrites(client: DynamoDBClient, tables: readonly CreateTableCommandInput[]) {
  const writes: MeteredWrite[] = [];
  const read = async (TableName: string | undefined, Key: Item) =>
    (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;

  const write = async (command: WriteCommand) => {
    const table = tables.find(({ TableName }) => TableName === command.input.TableName);
    if (table === undefined) throw new Error(`A write to the unknown table ${command.input.TableName}`);
    const key = keyOf(table, command);
    const before = await read(table.TableName, key);
    command.input.ReturnConsumedCapacity = 'INDEXES';
    const note = (units: Pick<MeteredWrite, 'table' | 'index' | 'reportedIndex'>) =>
      writes.push({ taskId: key.task_id?.S ?? '', operation: command.constructor.name, ...units });
    try {
      const output = await client.send(command as PutItemCommand);
      const after = await read(table.TableName, key);
      note({ ...reported(output.ConsumedCapacity), index: indexWriteUnits(table, before, after) });
      return output;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      note({ table: writeUnits(itemBytes(before ?? {})), index: 0, reportedIndex: 0 });
      throw error;
    }
  };

  const metered: DynamoDBClient = Object.create(client);
  metered.send = ((command: WriteCommand) => {
    const isWrite =
      command instanceof PutItemCommand || command instanceof UpdateItemCommand || command instanceof DeleteItemCommand;
    if (!isWrite && /Write|Transact|Execute/.test((command as object).constructor.name))
      throw new Error('A write that is not metered');
    return isWrite ? write(command) : client.send(command);
  }) as DynamoDBClient['send'];
  return { client: metered, writes };
}

function keyOf({ KeySchema = [] }: CreateTableCommandInput, { input }: WriteCommand): Item {
  const from: Item = ('Key' in input ? input.Key : (input as { Item?: Item }).Item) ?? {};
  const names = (KeySchema ?? []).map(({ AttributeName }) => AttributeName);
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

function reported(capacity: ConsumedCapacity | undefined): { table: number; reportedIndex: number } {
  const indexes = Object.values(capacity?.GlobalSecondaryIndexes ?? {});
  const reportedIndex = indexes.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return { table: capacity?.Table?.CapacityUnits ?? Number.NaN, reportedIndex };
}

/** What the backend says of the indexes, write by write. */
export const reportedBy = (writes: readonly MeteredWrite[]): number[] => writes.map((write) => write.reportedIndex);

/** All units, as the backend reports those of the tables and the rule has those of the indexes. */
export function totals(writes: readonly MeteredWrite[]): { table: number; index: number } {
  const sum = (of: 'table' | 'index') => writes.reduce((units, write) => units + write[of], 0);
  return { table: sum('table'), index: sum('index') };
}
