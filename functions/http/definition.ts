import { extname } from 'node:path';
import type { FileRef, ParsedResult } from '../tasks/result.ts';
import type { ApiResponse, RouteHandler } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { isUnchanged } from './etag.ts';
import { contentDisposition, finalResult, isTooLarge } from './final-result.ts';
import { HttpProblem } from './problem.ts';
import { taskIdOf } from './read-request.ts';

type ExportResult = Extract<ParsedResult, { kind: 'export' }>;
type Document = { file: FileRef; fileName: string; etag: string };

/** `GET /tasks/{task_id}/definition`: the exported document, byte for byte. */
export function definitionRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const taskId = taskIdOf(event);
    const { result } = await finalResult(deps, taskId);
    const document = result.kind === 'export' ? toDocument(taskId, result) : undefined;
    if (document === undefined) throw nothingExported(taskId);
    if (isUnchanged(event, document.etag)) return { statusCode: 304, headers: { etag: document.etag } };
    return answer(deps, taskId, document);
  };
}

async function answer(deps: TasksApiDeps, taskId: string, document: Document): Promise<ApiResponse> {
  const { file, fileName } = document;
  if (isTooLarge(deps, file)) return redirect(deps, file, contentDisposition(fileName));
  const stream = await deps.files.open(file);
  if (stream === undefined) throw nothingExported(taskId);
  if (deps.canStream) return { statusCode: 200, headers: headersOf(document), body: stream };
  return inline(document, Buffer.from(await new Response(stream).arrayBuffer()));
}

/** Base64 whatever the media type: text would be decoded and encoded on the way, and might grow past the limit. */
function inline(document: Document, bytes: Buffer): ApiResponse {
  return { statusCode: 200, headers: headersOf(document), body: bytes.toString('base64'), isBase64Encoded: true };
}

async function redirect(deps: TasksApiDeps, file: FileRef, disposition: string): Promise<ApiResponse> {
  if (deps.files.presign === undefined)
    throw new Error('the document is too large to send, and the file store cannot make a download link');
  const location = await deps.files.presign(file, disposition);
  return { statusCode: 302, headers: { location, 'cache-control': 'no-store' } };
}

function toDocument(taskId: string, { file_name: name, file }: ExportResult): Document | undefined {
  return file && { file, fileName: fileNameOf(taskId, name, file), etag: `"${file.sha256}"` };
}

/** Huawei's name for it, with the extension of what it turned out to be. */
function fileNameOf(taskId: string, name: string | undefined, { location }: FileRef): string {
  return `${(name || taskId).replace(/\.(?:json|ya?ml)$/i, '')}${extname(location)}`;
}

function headersOf(document: Document): Record<string, string> {
  return {
    'content-type': document.file.media_type,
    'content-disposition': contentDisposition(document.fileName),
    etag: document.etag,
    'cache-control': 'private, no-cache',
  };
}

function nothingExported(taskId: string): HttpProblem {
  return new HttpProblem(404, `Task "${taskId}" has no exported document.`, { kind: 'nothing-exported' });
}
