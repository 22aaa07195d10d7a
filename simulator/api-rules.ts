import { type ApiError, apiErrors } from './errors.ts';

type Rule = { endpoints: string; required: string[] };

/** The fields each kind of backend needs. Source: "Extended definition", x-apigateway-backend, of the APIG user guide. */
const BACKENDS: Record<string, Rule> = {
  HTTP: { endpoints: 'httpEndpoints', required: ['address', 'scheme', 'method', 'path'] },
  'HTTP-VPC': { endpoints: 'httpVpcEndpoints', required: ['name', 'scheme', 'method', 'path'] },
  FUNCTION: { endpoints: 'functionEndpoints', required: ['function-urn', 'version', 'invocation-type'] },
  MOCK: { endpoints: 'mockEndpoints', required: [] },
};
const OPTIONS: Record<string, string[]> = {
  scheme: ['http', 'https'],
  method: ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'ANY'],
  'invocation-type': ['async', 'sync'],
};
const MAX_TIMEOUT_MS = 60_000;

/** Why `x-apigateway-backend` of one operation cannot be used, or undefined. */
export function checkBackend(backend: unknown): ApiError | undefined {
  if (backend === undefined) return apiErrors.missing('x-apigateway-backend');
  if (!isRecord(backend)) return apiErrors.invalid('x-apigateway-backend');
  const rule = BACKENDS[String(backend.type).toUpperCase()];
  if (!rule) return apiErrors.notAnOption('x-apigateway-backend.type');
  const endpoints = backend[rule.endpoints];
  if (!isRecord(endpoints)) return apiErrors.missing(`x-apigateway-backend.${rule.endpoints}`);
  return checkEndpoints(endpoints, rule);
}

function checkEndpoints(endpoints: Record<string, unknown>, rule: Rule): ApiError | undefined {
  for (const field of rule.required) {
    const value = endpoints[field];
    if (value === undefined || value === '') return apiErrors.missing(`${rule.endpoints}.${field}`);
    if (!isAllowed(field, String(value))) return apiErrors.notAnOption(`${rule.endpoints}.${field}`);
  }
  return isTimeout(endpoints.timeout) ? undefined : apiErrors.invalid(`${rule.endpoints}.timeout`);
}

function isAllowed(field: string, value: string): boolean {
  if (field === 'address') return /^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(value);
  if (field === 'path') return value.startsWith('/');
  const options = OPTIONS[field];
  return options === undefined || options.includes(field === 'method' ? value.toUpperCase() : value);
}

const isTimeout = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && value >= 1 && value <= MAX_TIMEOUT_MS);

/** A JSON object that is not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
