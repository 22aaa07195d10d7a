import { parse } from 'yaml';
import { type ApiError, apiErrors } from './errors.ts';
import type { Operation } from './gateway.ts';

/** A parameter of an operation, after its `$ref` was followed. */
export type Parameter = Record<string, unknown> & { name: string; in: string };

/** One path (after `basePath`) and method of an OpenAPI document. */
export type Entry = { method: string; path: string; operation: Operation; parameters: Parameter[] };

export type OpenApiFile = { title: string; entries: Entry[] };

type Document = Record<string, unknown> & { paths: Record<string, Record<string, unknown>> };

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'x-apigateway-any-method'];

/** Reads a Swagger 2.0 or OpenAPI 3.0 document, JSON or YAML, or says why a gateway refuses the whole file. */
export function readOpenApiFile(text: string): OpenApiFile | ApiError {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') return apiErrors.fileEmpty();
  const document = parseDocument(content);
  if (!isRecord(document)) return apiErrors.notJsonOrYaml();
  if (!isSupportedVersion(document)) return apiErrors.unsupportedVersion();
  const problem = syntaxProblem(document);
  if (problem) return apiErrors.swaggerSyntax(problem);
  if (!areServersReadable(document)) return apiErrors.unreadableServers();
  return entriesOf(document as Document);
}

/** `swagger: 2.0` without quotes is a number to YAML (and to JSON), and gateways take it. */
function isSupportedVersion({ swagger, openapi }: Record<string, unknown>): boolean {
  return swagger === '2.0' || swagger === 2 || /^3\.0\.\d+$/.test(String(openapi));
}

function syntaxProblem({ info, paths, basePath }: Record<string, unknown>): string | undefined {
  if (!isRecord(info) || info.title === undefined || info.title === null) return 'info.title is missing';
  if (!isRecord(paths)) return 'paths is missing';
  if (basePath !== undefined && !String(basePath).startsWith('/')) return 'basePath must start with /';
  const broken = Object.entries(paths).find(([, item]) => !isRecord(item) || operationsOf(item).some(isNotRecord));
  return broken && `paths.${broken[0]} is not an object of operations`;
}

/** A server must be an absolute address; a variable may stand in it. */
function areServersReadable({ servers }: Record<string, unknown>): boolean {
  if (servers === undefined) return true;
  if (!Array.isArray(servers)) return false;
  return servers.every((one) => isRecord(one) && /^(https?|\{\w+\}):\/\/\S+$/.test(String(one.url)));
}

function entriesOf(document: Document): OpenApiFile | ApiError {
  const base = String(document.basePath ?? '').replace(/\/+$/, '');
  const entries: Entry[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const key of METHODS.filter((name) => item[name] !== undefined)) {
      const operation = (item[key] ?? {}) as Operation;
      const parameters = parametersOf(document, item, operation);
      if (!parameters) return apiErrors.swaggerSyntax(`parameters of ${key} ${path} cannot be read`);
      const method = key === 'x-apigateway-any-method' ? 'ANY' : key.toUpperCase();
      entries.push({
        method,
        path: base + path,
        operation: { ...operation, ...(parameters.length && { parameters }) },
        parameters,
      });
    }
  }
  return { title: String((document.info as Operation).title), entries };
}

/** Those of the operation, and those of its path that it does not replace; undefined when one is broken. */
function parametersOf(document: Document, item: Operation, operation: Operation): Parameter[] | undefined {
  const [own, shared] = [operation.parameters ?? [], item.parameters ?? []].map((list) =>
    Array.isArray(list) ? list.map((one) => follow(document, one)) : [undefined],
  );
  const isReplaced = (one: unknown): boolean =>
    own?.some((mine) => isParameter(mine) && isParameter(one) && mine.name === one.name && mine.in === one.in) ?? false;
  const all = [...(shared ?? []).filter((one) => !isReplaced(one)), ...(own ?? [])];
  return all.every(isParameter) ? all : undefined;
}

const MAX_REFERENCES = 20;

/** The value that a chain of local `$ref`s leads to; undefined when it leads nowhere or round in a circle. */
function follow(document: Document, value: unknown): unknown {
  let current = value;
  for (let step = 0; step < MAX_REFERENCES; step++) {
    if (!isRecord(current) || typeof current.$ref !== 'string') return current;
    current = at(document, current.$ref);
  }
  return undefined;
}

/** A JSON pointer behind `#` (RFC 6901). */
function at(document: Document, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  const keys = reference
    .slice(2)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<unknown>(
    (value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    document,
  );
}

/** JSON first: it is much faster, and the usual case. `<<` merges as in YAML 1.1, which people's files still use. */
function parseDocument(text: string): unknown {
  try {
    return text.trimStart().startsWith('{')
      ? JSON.parse(text)
      : // To compare each key with all others takes a minute at 40,000 paths.
        parse(text, { logLevel: 'error', merge: true, maxAliasCount: 10_000, uniqueKeys: false });
  } catch {
    return undefined;
  }
}

const operationsOf = (item: Record<string, unknown>): unknown[] =>
  METHODS.map((name) => item[name]).filter((operation) => operation !== undefined && operation !== null);

/** A JSON object that is not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isNotRecord = (value: unknown): boolean => !isRecord(value);

const isParameter = (value: unknown): value is Parameter =>
  isRecord(value) && typeof value.name === 'string' && typeof value.in === 'string';
