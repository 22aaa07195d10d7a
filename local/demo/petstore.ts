type Operation = Record<string, unknown>;

const backend = {
  type: 'HTTP',
  httpEndpoints: { address: 'petstore.example.com', scheme: 'https', method: 'GET', path: '/', timeout: 5_000 },
};

const operation = (operationId: string, more: Operation = {}): Operation => ({
  operationId,
  responses: { default: { description: 'as it comes' } },
  'x-apigateway-request-type': 'public',
  'x-apigateway-match-mode': 'NORMAL',
  'x-apigateway-backend': backend,
  ...more,
});

/** Each import makes a group named after the title, and two groups cannot have one name. */
const document = (title: string, paths: Record<string, Record<string, Operation>>) =>
  JSON.stringify({ swagger: '2.0', info: { title, version: '1.0.0' }, paths }, undefined, 2);

const pets = { '/pets': { get: operation('listPets'), post: operation('createPet') } };

/** An OpenAPI file that imports without a complaint. */
export const CLEAN_FILE = document('petstore', { ...pets, '/pets/{id}': { get: operation('showPet') } });

/** The same with two operations that APIG refuses: one without a backend, one with a match mode that there is not. */
export const PARTLY_FAILING_FILE = document('petstore-orders', {
  ...pets,
  '/orders': { post: operation('createOrder', { 'x-apigateway-backend': undefined }) },
  '/orders/{id}': { get: operation('showOrder', { 'x-apigateway-match-mode': 'FUZZY' }) },
});

/** Not an OpenAPI file at all. */
export const FAILING_FILE = JSON.stringify({ hello: 'world' });
