import type { Caller } from './api-keys.ts';

/**
 * What the API reads of an API Gateway HTTP API event, payload format 2.0. `body` is text (base64 where
 * `isBase64Encoded`) until `jsonBody` has replaced it by the parsed value.
 */
export type ApiEvent = {
  version: '2.0';
  rawPath: string;
  rawQueryString: string;
  headers: Record<string, string | undefined>;
  requestContext: { http: { method: string; path: string } };
  pathParameters?: Record<string, string | undefined>;
  body?: unknown;
  isBase64Encoded: boolean;
  /** Whose request it is, once `bearerAuth` knows. */
  caller?: Caller;
};

/** The answer in payload format 2.0. A stream as `body` is for the local server alone: API Gateway takes text only. */
export type ApiResponse = {
  statusCode: number;
  headers: Record<string, string>;
  body?: string | ReadableStream<Uint8Array>;
  isBase64Encoded?: boolean;
};

/** What the API reads of Lambda's context; on one machine it is empty. */
export type RequestContext = { awsRequestId?: string };

/** Answers one request once it is routed, authenticated and parsed. Throws `HttpProblem` for a 4xx. */
export type RouteHandler = (event: ApiEvent, context: RequestContext) => Promise<ApiResponse>;

/** A JSON answer. Nothing the API says may be cached: tasks change by themselves. */
export function jsonResponse(statusCode: number, value: unknown, headers: Record<string, string> = {}): ApiResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}
