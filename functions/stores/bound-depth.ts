import { asText } from '../tasks/json.ts';
import { MAX_ITEM_DEPTH } from './item-size.ts';

/** The same JSON value, with what is nested deeper than a table item may be as text; itself when nothing is. */
export function boundDepth<T>(value: T, depth = 0): T {
  if (typeof value !== 'object' || value === null || !isDeeper(value, MAX_ITEM_DEPTH - depth)) return value;
  return cutDepth(value, depth) as T;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels <= 0) return true;
  for (const key in value) if (isDeeper(value[key as keyof typeof value], levels - 1)) return true;
  return false;
}

function cutDepth(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_ITEM_DEPTH) return asText(value);
  if (Array.isArray(value)) return value.map((entry) => cutDepth(entry, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutDepth(member, depth + 1)]));
}
