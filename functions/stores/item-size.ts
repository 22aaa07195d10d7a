import { asText } from '../tasks/json.ts';

/** A result whose item would be larger goes to the file store. DynamoDB ends at 400 KB; deliveries still have to fit. */
export const MAX_ITEM_BYTES = 256 * 1024;

/** JSON nested deeper than this is one string in a table item; DynamoDB refuses more than 32 levels. */
export const MAX_ITEM_DEPTH = 28;

/** Kept free for the row's other attributes. */
const REST_OF_ROW_BYTES = 4 * 1024;
const OVERHEAD_BYTES = 3;
const NUMBER_BYTES = 21;

/** Whether a JSON value takes at most `budget` bytes of a DynamoDB item; stops counting as soon as it takes more. */
export function fitsItem(value: unknown, budget: number = MAX_ITEM_BYTES - REST_OF_ROW_BYTES): boolean {
  return spend(value, budget, 0) >= 0;
}

/** What is left of the budget; negative when it is not enough. Source: "DynamoDB item sizes and formats". */
function spend(value: unknown, budget: number, depth: number): number {
  if (typeof value === 'string') return budget - OVERHEAD_BYTES - byteLength(value, budget);
  if (typeof value === 'number') return budget - NUMBER_BYTES;
  if (typeof value !== 'object' || value === null) return budget - OVERHEAD_BYTES;
  if (depth >= MAX_ITEM_DEPTH) return budget - byteLength(asText(value) ?? '', budget);
  let left = budget - OVERHEAD_BYTES;
  for (const key in value) {
    if (left < 0) return left;
    left = spend(value[key as keyof typeof value], left - byteLength(key, left) - 1, depth + 1);
  }
  return left;
}

/** UTF-8 has at least a byte and at most three for each UTF-16 unit, so most texts need not be counted. */
function byteLength(text: string, budget: number): number {
  return text.length > budget ? text.length : Buffer.byteLength(text);
}
