/** A JSON object's fields, of whatever they are. */
export type Fields = Record<string, unknown>;

/** `JSON.parse` that answers `undefined` for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A JSON object: neither null nor a list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A scalar as text, an object as JSON, null and absent as `undefined`; for fields that should be strings and may not be. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? stringify(value) : String(value);
}

function stringify(value: object): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '[cannot be written as JSON]';
  }
}
