import { parse } from 'yaml';
import { isRecord } from './api-rules.ts';
import type { Operation } from './gateway.ts';

/** One path and method of an OpenAPI document. */
export type Entry = { method: string; path: string; operation: Operation };

export type OpenApiFile = { title: string; entries: Entry[] };

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'x-apigateway-any-method'];

/** Reads a Swagger 2.0 or OpenAPI 3 document, JSON or YAML; undefined when it is neither. */
export function readOpenApiFile(text: string): OpenApiFile | undefined {
  const document = parseDocument(text);
  if (!isRecord(document) || !isSupportedVersion(document)) return undefined;
  const title = isRecord(document.info) ? document.info.title : undefined;
  if (typeof title !== 'string' || !isRecord(document.paths)) return undefined;
  const entries = Object.entries(document.paths).flatMap(([path, item]) =>
    isRecord(item) ? entriesOf(path, item) : [],
  );
  return { title, entries };
}

function isSupportedVersion(document: Record<string, unknown>): boolean {
  return String(document.swagger) === '2.0' || /^3\.\d+\.\d+$/.test(String(document.openapi));
}

function entriesOf(path: string, item: Record<string, unknown>): Entry[] {
  return METHODS.flatMap((key) => {
    const operation = item[key];
    if (operation === undefined) return [];
    const method = key === 'x-apigateway-any-method' ? 'ANY' : key.toUpperCase();
    return [{ method, path, operation: isRecord(operation) ? operation : {} }];
  });
}

/** JSON first: it is much faster, and the usual case. */
function parseDocument(text: string): unknown {
  try {
    return text.trimStart().startsWith('{')
      ? JSON.parse(text)
      : parse(text, { logLevel: 'silent', maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}
