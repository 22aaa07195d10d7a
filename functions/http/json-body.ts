import type { MiddlewareObj } from '@middy/core';
import type { ApiEvent } from './api-event.ts';
import { findDuplicateKey } from './duplicate-keys.ts';
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
