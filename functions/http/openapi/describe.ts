import type { createDocument } from 'zod-openapi';
import { DEFAULT_LIMIT } from '../list-tasks.ts';
import { FIELDS, PARAMETERS, RESULT_KINDS } from './descriptions.ts';
import { addScopes } from './scopes.ts';

type Document = ReturnType<typeof createDocument>;
type Schema = {
  [keyword: string]: unknown;
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  const?: string;
};

/** Adds what the schemas cannot express: descriptions, scopes, the numeric type of `limit`, and the entries of a batch. */
export function describeDocument(document: Document): object {
  const plain = JSON.parse(JSON.stringify(document, dropDatePatterns));
  const schemas: Record<string, Schema> = plain.components.schemas;
  for (const [name, sentences] of Object.entries(FIELDS)) describeFields(schemas[name], sentences);
  for (const option of schemas.Result?.anyOf ?? []) {
    option.description = RESULT_KINDS[String(option.properties?.kind?.const)] ?? '';
  }
  const tasks = schemas.Batch?.properties?.tasks ?? {};
  tasks.items = { $ref: '#/components/schemas/Registration' };
  addScopes(plain.paths);
  for (const item of Object.values<Record<string, { parameters?: Parameter[] }>>(plain.paths)) {
    for (const { parameters = [] } of Object.values(item)) parameters.forEach(describeParameter);
  }
  return plain;
}

/** Keeps `format` and drops zod's pattern of 200 characters, which helps no reader. */
function dropDatePatterns(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'date-time') return value;
  return { type: 'string', format: 'date-time' };
}

function describeFields(schema: Schema | undefined, sentences: Record<string, string>): void {
  for (const [field, description] of Object.entries(sentences)) {
    const property = schema?.properties?.[field];
    if (property === undefined) throw new Error(`The schema has no field ${field} to describe`);
    property.description = description;
  }
}

type Parameter = { name: string; description?: string; schema: object };

function describeParameter(parameter: Parameter): void {
  parameter.description = PARAMETERS[parameter.name] ?? '';
  if (parameter.name !== 'limit') return;
  parameter.schema = { type: 'integer', minimum: 1, maximum: 100, default: DEFAULT_LIMIT };
}
