import * as z from 'zod';

/** One field of the settings, ready for a table that people read. */
export type SettingRow = { path: string; type: string; fallback: string; description: string };

type JsonSchema = {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
};

/** Every field of a settings schema by its path, in the order of the schema; groups come without a row of their own. */
export function describeSettings(schema: z.ZodType): SettingRow[] {
  return rowsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, '');
}

function rowsOf({ properties = {} }: JsonSchema, prefix: string): SettingRow[] {
  return Object.entries(properties).flatMap(([name, field]) =>
    field.properties ? rowsOf(field, `${prefix}${name}.`) : [rowOf(`${prefix}${name}`, field)],
  );
}

function rowOf(path: string, field: JsonSchema): SettingRow {
  const fallback = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
  return { path, type: typeOf(field), fallback, description: field.description ?? '' };
}

function typeOf({ type, enum: options, minimum, maximum, items }: JsonSchema): string {
  if (options) return options.map((option) => `\`${JSON.stringify(option)}\``).join(', ');
  if (type === 'array') return `list of ${items?.type ?? 'values'}`;
  if (type === 'integer') return `${minimum} to ${maximum}`;
  return type ?? '';
}
