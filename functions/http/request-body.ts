import type { MiddlewareObj } from '@middy/core';
import type { ApiEvent } from './api-event.ts';
import { HttpProblem } from './problem.ts';

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
  if (duplicate !== undefined) throw badBody(`The body has the key ${JSON.stringify(duplicate)} twice. Send it once.`);
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
