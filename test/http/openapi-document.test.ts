import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import openapi from '../../functions/http/openapi/openapi.json' with { type: 'json' };
import { OUTCOMES } from '../../functions/names.ts';

type Schema = { properties?: Record<string, { description?: string }>; anyOf?: Schema[] };
type Operation = {
  operationId: string;
  description?: string;
  parameters?: { name: string; description?: string; schema: object }[];
  requestBody?: { content: { 'application/json': { schema: { $ref: string }; example: object } } };
  responses: Record<string, object>;
};

const schemas = openapi.components.schemas as Record<string, Schema>;
const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: 'openapi', ...openapi });
const faults = (pointer: string, value: unknown) => {
  const validate = ajv.getSchema(`openapi${pointer}`);
  return validate?.(value) ? undefined : ajv.errorsText(validate?.errors);
};

describe('openapi.json', () => {
  it('is valid by the JSON Schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(openapi));
    expect(errors).toBeUndefined();
    expect([valid, validator.version]).toEqual([true, '3.1']);
  });

  it('says where it is served, and that API Gateway may answer 429', () => {
    expect(openapi.servers).toEqual([{ url: '/' }]);
    for (const { path, operation } of operations) expect(Object.keys(operation.responses), path).toContain('429');
  });

  it('names each operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
  });

  it('has a sentence for every field and every parameter', () => {
    const silent = Object.entries(schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, { description = '' }]) => !/^.{10,}[.]$/.test(description))
        .map(([field]) => `${name}.${field}`),
    );
    expect(silent).toEqual([]);
    for (const { operation } of operations) {
      for (const { name, description } of operation.parameters ?? []) expect(description, name).toMatch(/\.$/);
    }
  });

  it('says limit as the number that it is', () => {
    const list = operations.find(({ operation }) => operation.operationId === 'listTasks');
    const limit = list?.operation.parameters?.find(({ name }) => name === 'limit');
    expect(limit?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
  });

  it('leaves no schema open that has one, and no date with a pattern', () => {
    expect(schemas.Batch).toMatchObject({
      properties: { tasks: { items: { $ref: '#/components/schemas/Registration' } } },
    });
    expect(JSON.stringify(openapi)).not.toMatch(/"format":"date-time","pattern"/);
  });

  it('has headers that are Header Objects', () => {
    for (const header of Object.values(openapi.components.headers)) {
      expect(Object.keys(header).filter((key) => !['required', 'description', 'schema'].includes(key))).toEqual([]);
    }
  });
});

describe('the examples', () => {
  const examples = Object.entries(openapi.components.examples);

  it('show a pending task and every outcome', () => {
    expect(examples.map(([name]) => name)).toEqual(expect.arrayContaining(['pending', ...OUTCOMES]));
  });

  it.each(examples)('%s is a task as the schemas say', (_name, { value }) => {
    const schema = value.state === 'pending' ? 'PendingTask' : 'FinalTask';
    expect(faults(`#/components/schemas/${schema}`, value)).toBeUndefined();
  });

  it('of request bodies are as the schemas say', () => {
    const bodies = operations.flatMap(({ operation }) => operation.requestBody?.content['application/json'] ?? []);
    expect(bodies).toHaveLength(5);
    for (const { schema, example } of bodies) expect(faults(schema.$ref, example)).toBeUndefined();
  });
});
