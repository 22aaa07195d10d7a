import type { ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { ApiResponse } from '../functions/http/api-event.ts';
import { HttpProblem, problemResponse } from '../functions/http/problem.ts';

/** Sends a payload 2.0 answer over node:http. Rejects when the client is gone before the end. */
export async function sendResponse(response: ServerResponse, answer: ApiResponse): Promise<void> {
  const { statusCode, headers, body, isBase64Encoded } = answer;
  if (body instanceof ReadableStream) {
    response.writeHead(statusCode, headers);
    // The DOM's type of a stream lacks the async iterator of Node's; at run time they are the same class.
    await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), response);
    return;
  }
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  // The length that GET would have is gone with the body of an answer to HEAD, and no other may be said: RFC 9110, 8.6.
  const hasLength = statusCode !== 204 && statusCode !== 304 && response.req.method !== 'HEAD';
  response.writeHead(statusCode, hasLength ? { ...headers, 'content-length': bytes.length } : headers);
  response.end(bytes);
}

const STATUS_OF_CODE: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
};

/** Answers what node:http could not read as a request, and closes the connection. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = STATUS_OF_CODE[error.code ?? ''] ?? [400, 'This is not an HTTP/1.1 request.'];
  const { body } = problemResponse(new HttpProblem(status, detail));
  const text = String(body);
  socket.end(
    `HTTP/1.1 ${status} ${status === 400 ? 'Bad Request' : 'Request Refused'}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
