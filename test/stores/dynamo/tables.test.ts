import { expect, it } from 'vitest';
import { tableDefinitions } from '../../../functions/stores/dynamo/tables.ts';
import { propertiesOf, synthesize } from '../../lib/synthesize.ts';

const definitions = tableDefinitions({ pending: 'Pending', results: 'Results' });
const template = synthesize();

it.each([
  ['TablesPending', definitions.pending],
  ['TablesResults', definitions.results],
])('%s is deployed with the keys and indexes that the stores are tested on', (id, definition) => {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = definition;
  const deployed = propertiesOf(template, 'AWS::DynamoDB::Table', id);
  expect(deployed.KeySchema).toEqual(KeySchema);
  expect(deployed.GlobalSecondaryIndexes).toEqual(GlobalSecondaryIndexes);
  expect(deployed.AttributeDefinitions).toEqual(AttributeDefinitions);
});
