import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { MAX_ITEM_DEPTH } from '../core/item-size.ts';
import { asText } from '../core/parse-result.ts';

/** An item as DynamoDB sends it. */
export type Row = Record<string, AttributeValue>;

/** A row that could be read, or why it could not. */
export type RowRead<T> = { ok: true; value: T } | { ok: false; taskId: string; reason: string };

/**
 * A JSON value as a native attribute, so that the console and queries can read inside it; `undefined` members are left out.
 * What DynamoDB has no form for (too deep, numbers beyond 1E±125) becomes a string of JSON.
 */
export function toAttribute(value: unknown, depth = 0): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return toNumber(value);
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value !== 'object' || value === null) return { NULL: true };
  if (depth >= MAX_ITEM_DEPTH) return { S: asText(value) ?? '' };
  if (Array.isArray(value)) return { L: value.map((entry) => toAttribute(entry, depth + 1)) };
  return { M: toMembers(value, depth + 1) };
}

function toMembers(value: object, depth: number): Row {
  const members: Row = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members[name] = toAttribute(member, depth);
  }
  return members;
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
  for (const name of Object.keys(members)) {
    const member = members[name];
    // A member named __proto__ must stay a member.
    if (member !== undefined) {
      Object.defineProperty(value, name, {
        value: fromAttribute(member),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }
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
