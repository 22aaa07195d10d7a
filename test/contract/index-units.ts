import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;
type Index = NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>[number];

const UNIT_BYTES = 1_024;

/**
 * Write units that a change of an item costs the table's global secondary indexes. The rule is the developer guide's
 * ("Using global secondary indexes", write capacity units), one unit for each started KB of the entry:
 *
 *     no entry ─► entry        a put           entry ─► no entry          a delete
 *     other key attributes     both            other projected attributes a put, of the larger one's size
 *     the same, or none at all nothing
 */
export function indexWriteUnits(
  table: CreateTableCommandInput,
  before: Item | undefined,
  after: Item | undefined,
): number {
  const indexes = table.GlobalSecondaryIndexes ?? [];
  return indexes.reduce((sum, index) => sum + unitsOf(table, index, { before, after }), 0);
}

function unitsOf(
  table: CreateTableCommandInput,
  index: Index,
  images: { before: Item | undefined; after: Item | undefined },
) {
  const old = entryOf(table, index, images.before);
  const put = entryOf(table, index, images.after);
  if (old === undefined && put === undefined) return 0;
  if (old === undefined || put === undefined) return writeUnits(itemBytes(old ?? put ?? {}));
  if (isSame(old, put)) return 0;
  const keys = keyNames(table, index);
  if (isSame(pick(old, keys), pick(put, keys))) return writeUnits(Math.max(itemBytes(old), itemBytes(put)));
  return writeUnits(itemBytes(old)) + writeUnits(itemBytes(put));
}

/** What the index holds of an item: nothing where a key of the index is missing. */
function entryOf(table: CreateTableCommandInput, index: Index, item: Item | undefined): Item | undefined {
  if (item === undefined || keyNames(table, index).some((name) => item[name] === undefined)) return undefined;
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection ?? {};
  if (ProjectionType === 'ALL') return item;
  return pick(item, [...keyNames(table, index), ...(ProjectionType === 'INCLUDE' ? NonKeyAttributes : [])]);
}

function keyNames({ KeySchema }: CreateTableCommandInput, index: Index): string[] {
  return [...(KeySchema ?? []), ...(index.KeySchema ?? [])].flatMap(({ AttributeName }) => AttributeName ?? []);
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

function isSame(a: Item, b: Item): boolean {
  return canonical({ M: a }) === canonical({ M: b });
}

function canonical(attribute: AttributeValue): string {
  if (attribute.M === undefined)
    return attribute.L === undefined ? JSON.stringify(attribute) : `[${attribute.L.map(canonical)}]`;
  const members = Object.entries(attribute.M).map(([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`);
  return `{${members.toSorted()}}`;
}

/** Units of a write of so many bytes. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / UNIT_BYTES));
}

/** Bytes of an item, as "DynamoDB item sizes and formats" counts them. */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes({ S, N, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberBytes(N);
  if (L !== undefined) return L.reduce((sum, value) => sum + 1 + valueBytes(value), 3);
  if (M !== undefined) return itemBytes(M) + Object.keys(M).length + 3;
  return 1;
}

/** A byte for each two significant digits, and one more; a sign takes another. */
function numberBytes(digits: string): number {
  const [mantissa = ''] = digits.toLowerCase().split('e');
  const significant = mantissa.replace(/^-|\./g, '').replace(/^0+|0+$/g, '');
  return Math.ceil(significant.length / 2) + 1 + (digits.startsWith('-') ? 1 : 0);
}
