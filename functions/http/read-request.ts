import type { MiddlewareObj } from '@middy/core';
import type * as z from 'zod/mini';
import { cut } from '../tasks/safe-text.ts';
import type { ApiEvent } from './api-event.ts';
import { HttpProblem, type ProblemItem } from './problem.ts';
import { noQuerySchema, taskPathSchema } from './request-schemas.ts';

/** Bytes; the contract's 1 MB. */
export const MAX_BODY_BYTES = 1_048_576;

const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"? *)?$/i;

/**
 * Replaces `event.body` by its parsed JSON; `undefined` when there is none and `isOptional`.
 * (Instead of @middy/http-json-body-parser, which answers 422, mends broken UTF-8 and lets duplicate keys pass.)
 */
export function jsonBody({ isOptional = false } = {}): MiddlewareObj<ApiEvent> {
  return {
    before: ({ event }) => {
      const text = readText(event);
      if (text.trim() === '') {
        if (!isOptional) throw badBody('Send a JSON object as the body.');
        event.body = undefined;
        return;
      }
      requireJsonType(event.headers['content-type']);
      event.body = parseStrictly(text);
    },
  };
}

function readText({ body, isBase64Encoded }: ApiEvent): string {
  if (typeof body !== 'string') return '';
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) {
    throw new HttpProblem(413, `The body has ${bytes.length} bytes. Send at most ${MAX_BODY_BYTES}.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badBody('The body is not UTF-8. Encode the JSON as UTF-8.');
  }
}

function requireJsonType(contentType: string | undefined): void {
  if (contentType !== undefined && JSON_TYPE.test(contentType)) return;
  throw new HttpProblem(415, 'Send the body with "Content-Type: application/json" (UTF-8).', {
    headers: { accept: 'application/json' },
  });
}

function parseStrictly(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badBody(`The body is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    throw badBody(`The body has the key ${JSON.stringify(cut(duplicate, MAX_ECHO))} twice. Send it once.`);
  }
  return value;
}

function badBody(detail: string): HttpProblem {
  return new HttpProblem(400, detail, { kind: 'invalid-request' });
}

/** Where strings begin, and the brackets and colons between them. In valid JSON nothing else matters here. */
const TOKEN = /"|[{}[\]:]/g;

/**
 * The first object key that occurs twice in `json`, which must be valid JSON.
 * JSON.parse keeps the last one silently, and two readers of one request must not see two requests.
 */
function findDuplicateKey(json: string): string | undefined {
  const scopes: Set<string>[] = [];
  let lastString = '';
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(json); token !== null; token = TOKEN.exec(json)) {
    const [char] = token;
    if (char === '"') {
      TOKEN.lastIndex = endOfString(json, token.index);
      lastString = json.slice(token.index, TOKEN.lastIndex);
    } else if (char === '{' || char === '[') scopes.push(new Set());
    else if (char === '}' || char === ']') scopes.pop();
    else if (isRepeated(JSON.parse(lastString), scopes.at(-1))) return JSON.parse(lastString);
  }
  return undefined;
}

function isRepeated(key: string, keys = new Set<string>()): boolean {
  const isKnown = keys.has(key);
  keys.add(key);
  return isKnown;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

type Issue = z.core.$ZodIssue;
type Place = 'body' | 'parameter';

/** The body in the shape of `schema`; 400 that lists every field to change. */
export function validBody<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  return validate(schema, body, 'body');
}

/** The query in the shape of `schema`; a parameter given twice or not known is a 400. */
export function validQuery<T>(schema: z.ZodMiniType<T>, event: ApiEvent): T {
  const parameters = new URLSearchParams(event.rawQueryString);
  const names = [...parameters.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalid([{ parameter: repeated, detail: 'is given more than once' }]);
  return validate(schema, Object.fromEntries(parameters), 'parameter');
}

/** The task id of the path, on a route that takes no query. */
export function taskIdOf(event: ApiEvent): string {
  validQuery(noQuerySchema, event);
  return pathTaskId(event);
}

/** The task id of the path. */
export function pathTaskId(event: ApiEvent): string {
  return validate(taskPathSchema, { ...event.pathParameters }, 'parameter').task_id;
}

function validate<T>(schema: z.ZodMiniType<T>, value: unknown, place: Place): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => itemsOf(issue, place, value)));
}

/** UTF-16 units of a name that is said back: a key of 1 MB would make an answer larger than Lambda may give. */
export const MAX_ECHO = 128;

/** More of them would make an answer larger than Lambda may give, and help nobody. */
const MOST_ERRORS = 50;

/** 400 whose `detail` reads as a sentence and whose `errors` can be read by a program. */
export function invalid(errors: ProblemItem[], members: Record<string, string> = {}): HttpProblem {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HttpProblem(400, `${nameOf(first)} ${first?.detail}${more}.`, {
    kind: 'invalid-request',
    errors: errors.slice(0, MOST_ERRORS),
    members,
  });
}

function nameOf(item: ProblemItem | undefined): string {
  if (item?.parameter !== undefined) return JSON.stringify(item.parameter);
  return item?.pointer === undefined || item.pointer === '#' ? 'The body' : JSON.stringify(item.pointer.slice(2));
}

function itemsOf(issue: Issue, place: Place, value: unknown): ProblemItem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      item(place, [...issue.path, key], `is not a known ${place === 'body' ? 'field' : 'parameter'}`),
    );
  }
  if (issue.code === 'invalid_type' && issue.path.length === 0) return [item(place, [], 'must be a JSON object')];
  const isMissing = issue.path.length === 1 && !Object.hasOwn(Object(value), issue.path[0] ?? '');
  return [item(place, issue.path, isMissing ? 'is required' : issue.message)];
}

function item(place: Place, path: PropertyKey[], detail: string): ProblemItem {
  const keys = path.map((key) => cut(String(key), MAX_ECHO));
  if (place === 'parameter') return { parameter: keys[0] ?? '', detail };
  const pointer = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { pointer: `#${pointer}`, detail };
}
