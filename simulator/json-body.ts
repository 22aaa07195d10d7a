import type * as z from 'zod';
import { type ApiError, apiErrors } from './errors.ts';

/** The JSON of a body; undefined when it is not JSON. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

/** A body in the shape of `schema`, or what APIG says about the first field that does not fit. */
export function readBodyAs<T extends z.ZodType<object>>(schema: T, body: Uint8Array): z.infer<T> | ApiError {
  const value = parseJson(body);
  if (value === undefined) return apiErrors.parameterError('the request body is not a JSON object');
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : errorOf(parsed.error);
}

function errorOf(error: z.ZodError): ApiError {
  const [issue] = error.issues;
  const name = issue?.path.join('.') || 'body';
  const isMissing = issue?.code === 'invalid_type' && issue.message.includes('received undefined');
  if (isMissing) return apiErrors.missing(name);
  return issue?.code === 'too_big' ? apiErrors.tooLarge(name) : apiErrors.notAnOption(name);
}
