import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../tasks/context.ts';
import { StoreError } from '../../tasks/errors.ts';
import { asText } from '../../tasks/json.ts';
import type { Log } from '../../tasks/ports.ts';
import { boundError, type StartedFacts, type TaskError, type TaskIdentity } from '../../tasks/task.ts';
import { logOnce } from '../log-once.ts';
import { MAX_ITEM_DEPTH } from '../store-result.ts';

/** An item as DynamoDB sends it. */
export type Row = Record<string, AttributeValue>;

/** A row that could be read, or why it could not. */
export type RowRead<T> = { ok: true; value: T } | { ok: false; taskId: string; reason: string };

/** DynamoDB's limit is 64 KB of UTF-8. */
const MAX_NAME_LENGTH = 20_000;

/**
 * A JSON value as a native attribute, so that the console and queries can read inside it; `undefined` members are left out.
 * What DynamoDB has no form for becomes a string: JSON where it is too deep or has an empty or endless name, digits for
 * numbers beyond 1E±125, and U+FFFD for half a surrogate pair.
 */
export function toAttribute(value: unknown, depth = 0): AttributeValue {
  if (typeof value === 'string') return { S: value.toWellFormed() };
  if (typeof value === 'number') return toNumber(value);
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value !== 'object' || value === null) return { NULL: true };
  if (depth >= MAX_ITEM_DEPTH) return toJson(value);
  if (Array.isArray(value)) return { L: value.map((entry) => toAttribute(entry, depth + 1)) };
  return toMap(value, depth + 1);
}

function toMap(value: object, depth: number): AttributeValue {
  const members: Row = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (name === '' || name.length > MAX_NAME_LENGTH || !name.isWellFormed()) return toJson(value);
    // Assigning a member named __proto__ would lose it.
    if (name === '__proto__') return toJson(value);
    members[name] = toAttribute(member, depth);
  }
  return { M: members };
}

function toJson(value: object): AttributeValue {
  return { S: (asText(value) ?? '').toWellFormed() };
}

function toNumber(value: number): AttributeValue {
  const size = Math.abs(value);
  const fits = size === 0 || (size >= 1e-125 && size <= 1e125);
  return fits ? { N: String(value) } : { S: String(value) };
}

/** The JSON value of an attribute. Sets, which only a person's hand can have put there, become lists. */
export function fromAttribute(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.M !== undefined) return fromMembers(attribute.M);
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.B !== undefined) return Buffer.from(attribute.B).toString('base64');
  return attribute.SS ?? attribute.NS?.map(Number) ?? null;
}

function fromMembers(members: Row): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) value[name] = fromAttribute(member);
  return value;
}

/** The map in an attribute as JSON, or undefined where there is none. */
export function readMap(attribute: AttributeValue | undefined): Record<string, unknown> | undefined {
  return attribute?.M === undefined ? undefined : fromMembers(attribute.M);
}

/** Epoch milliseconds of an ISO 8601 string attribute, or NaN. */
export function readTime(attribute: AttributeValue | undefined): number {
  return Date.parse(attribute?.S ?? '');
}

/** An ISO 8601 string in UTC, which people can read and which sorts. */
export function timeAttribute(epochMs: number): AttributeValue {
  return { S: new Date(epochMs).toISOString() };
}

/** For a row that lacks `missing`: names the task, or says that it has no readable id. */
export function unreadable(row: Row, missing: readonly string[]): { ok: false; taskId: string; reason: string } {
  return { ok: false, taskId: row.task_id?.S ?? '(none)', reason: `missing or malformed: ${missing.join(', ')}` };
}

/** The attributes that both tables share. */
export function identityAttributes(task: TaskIdentity): Row {
  const row: Row = {
    task_id: { S: task.taskId },
    instance_id: { S: task.instanceId },
    project_id: { S: task.projectId },
    profile: { S: task.profile },
  };
  if (task.label !== undefined) row.label = { S: task.label };
  if (task.context !== undefined) row.context = toAttribute(task.context);
  if (task.groupName !== undefined) row.group_name = { S: task.groupName };
  if (task.watch !== undefined) row.watch = { N: String(task.watch) };
  if (task.callbackUrl !== undefined) row.callback_url = { S: task.callbackUrl };
  if (task.started !== undefined) row.started = toAttribute(task.started);
  if (task.registeredBy !== undefined) row.registered_by = { S: task.registeredBy };
  return row;
}

/** Undefined when one of the four obligatory attributes is missing. */
export function readIdentity(row: Row): TaskIdentity | undefined {
  const taskId = row.task_id?.S;
  const instanceId = row.instance_id?.S;
  const projectId = row.project_id?.S;
  const profile = row.profile?.S;
  if (!taskId || !instanceId || !projectId || !profile) return undefined;
  const identity: TaskIdentity = { taskId, instanceId, projectId, profile };
  if (row.label?.S !== undefined) identity.label = row.label.S;
  if (row.context?.M !== undefined) identity.context = readContext(row.context.M);
  if (row.group_name?.S !== undefined) identity.groupName = row.group_name.S;
  if (row.watch?.N !== undefined) identity.watch = Number(row.watch.N);
  if (row.callback_url?.S !== undefined) identity.callbackUrl = row.callback_url.S;
  if (row.started?.M !== undefined) identity.started = readMap(row.started) as StartedFacts;
  if (row.registered_by?.S !== undefined) identity.registeredBy = row.registered_by.S;
  return identity;
}

function readContext(members: Row): Context {
  const texts = Object.entries(members).filter(([, { S }]) => S !== undefined);
  return Object.fromEntries(texts.map(([name, { S = '' }]) => [name, S]));
}

/** `{code, message, request_id?, http_status?}` as a map. */
export function errorAttribute(error: TaskError): AttributeValue {
  const { code, message, requestId, httpStatus } = boundError(error);
  return toAttribute({ code, message, request_id: requestId, http_status: httpStatus });
}

/** Undefined where there is no error, or none with a code and a message. */
export function readError(attribute: AttributeValue | undefined): TaskError | undefined {
  const map = readMap(attribute);
  if (typeof map?.code !== 'string' || typeof map.message !== 'string') return undefined;
  const error: TaskError = { code: map.code, message: map.message };
  if (typeof map.request_id === 'string') error.requestId = map.request_id;
  if (typeof map.http_status === 'number') error.httpStatus = map.http_status;
  return error;
}

/** One table and what its stores need to work on it. */
export type DynamoTable = {
  client: DynamoDBClient;
  tableName: string;
  /** Told of rows that cannot be read and are skipped. */
  log?: Pick<Log, 'warn'>;
  /** Called for each of them. */
  onUnreadable?: () => void;
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
    if (result.ok) {
      values.push(result.value);
      continue;
    }
    table.log?.warn('Skipped a row that cannot be read', skipFields(table, result));
    table.onUnreadable?.();
  }
  return values;
}

/** The table with a log that names each such row once in the life of a process. */
export function sayingOnce<T extends DynamoTable>(table: T): T {
  return table.log === undefined ? table : { ...table, log: logOnce(table.log) };
}

function skipFields(table: DynamoTable, { taskId, reason }: { taskId: string; reason: string }) {
  return { table: table.tableName, task_id: taskId, reason };
}
