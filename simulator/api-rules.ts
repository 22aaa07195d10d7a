import { type ApiError, apiErrors } from './errors.ts';
import { type Entry, isRecord, type Parameter } from './openapi-file.ts';

const MAX_PATH_LENGTH = 512;
const MAX_TIMEOUT_MS = 60_000;

/** Why one operation of a file cannot become an API, whatever the group holds already; undefined when it can. */
export function checkApi(entry: Entry, isBackendOptional: boolean): ApiError | undefined {
  const backend = entry.operation['x-apigateway-backend'];
  const isWithout = backend === undefined && isBackendOptional;
  return checkShape(entry) ?? checkParameters(entry.parameters) ?? (isWithout ? undefined : checkBackend(backend));
}

function checkShape({ method, path, operation }: Entry): ApiError | undefined {
  if (method === 'TRACE') return apiErrors.notAnOption('req_method');
  if (path.length > MAX_PATH_LENGTH) return apiErrors.tooLong('req_uri');
  if (!/^(\/([^/{}\s?#]|\{[A-Za-z][\w.-]*\+?\})*)+$/.test(path)) return apiErrors.invalid('req_uri');
  if (operation.operationId !== undefined && !isApiName(operation.operationId)) return apiErrors.invalid('name');
  if (!isOneOf(operation['x-apigateway-request-type'], ['public', 'private'])) return apiErrors.notAnOption('type');
  if (!isOneOf(operation['x-apigateway-match-mode'], ['NORMAL', 'SWA'])) return apiErrors.notAnOption('match_mode');
  return undefined;
}

const isApiName = (name: unknown): boolean =>
  typeof name === 'string' && /^[\p{L}\d][\p{L}\d\-_./():]{2,254}$/u.test(name);

const isOneOf = (value: unknown, options: string[]): boolean => value === undefined || options.includes(String(value));

/** Names of headers ignore case. */
function checkParameters(parameters: Parameter[]): ApiError | undefined {
  const names = parameters.map((one) => `${one.in} ${one.in === 'header' ? one.name.toLowerCase() : one.name}`);
  const repeated = names.findIndex((name, index) => names.indexOf(name) < index);
  return repeated < 0 ? undefined : apiErrors.parameterNameExists(parameters[repeated]?.name ?? '');
}

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

function checkBackend(backend: unknown): ApiError | undefined {
  if (backend === undefined) return apiErrors.missing('x-apigateway-backend');
  if (!isRecord(backend)) return apiErrors.invalid('x-apigateway-backend');
  const rule = BACKENDS[String(backend.type).toUpperCase()];
  if (!rule) return apiErrors.notAnOption('x-apigateway-backend.type');
  const endpoints = backend[rule.endpoints];
  if (!isRecord(endpoints)) return apiErrors.missing(`x-apigateway-backend.${rule.endpoints}`);
  return checkEndpoints(endpoints, rule) ?? checkTimeout(endpoints.timeout, `${rule.endpoints}.timeout`);
}

function checkEndpoints(endpoints: Record<string, unknown>, rule: Rule): ApiError | undefined {
  for (const field of rule.required) {
    const value = endpoints[field];
    if (value === undefined || value === '') return apiErrors.missing(`${rule.endpoints}.${field}`);
    const problem = field === 'address' ? checkAddress(String(value)) : undefined;
    if (problem) return problem;
    if (!isAllowed(field, String(value))) return apiErrors.notAnOption(`${rule.endpoints}.${field}`);
  }
  return undefined;
}

/** An environment variable, as in `#address#:8080`. */
const VARIABLE = '#[A-Za-z][\\w-]{2,31}#';
const HOST = new RegExp(`^(?:[A-Za-z0-9.-]|${VARIABLE})+$`);
const PORT = new RegExp(`^(?:\\d{1,5}|${VARIABLE})$`);

function checkAddress(address: string): ApiError | undefined {
  const [host = '', port, ...rest] = address.split(':');
  if (!HOST.test(host) || rest.length > 0) return apiErrors.invalidAddress();
  if (port === undefined) return undefined;
  return PORT.test(port) && !(Number(port) > 65_535) ? undefined : apiErrors.invalidPort();
}

function isAllowed(field: string, value: string): boolean {
  if (field === 'path') return value.startsWith('/');
  const options = OPTIONS[field];
  return options === undefined || options.includes(field === 'method' ? value.toUpperCase() : value);
}

function checkTimeout(value: unknown, name: string): ApiError | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number') return apiErrors.invalid(name);
  if (value < 1) return apiErrors.tooSmall(name);
  return value > MAX_TIMEOUT_MS ? apiErrors.tooLarge(name) : undefined;
}
