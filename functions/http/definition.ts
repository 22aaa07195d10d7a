import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { FileRef, ParsedResult } from '../tasks/result.ts';
import type { ApiEvent, ApiResponse, RouteHandler } from './api-event.ts';
import { contentDisposition } from './content-disposition.ts';
import type { TasksApiDeps } from './deps.ts';
import { finalResult, isTooLarge } from './final-result.ts';
import { HttpProblem } from './problem.ts';
import { taskIdOf } from './validate.ts';

type ExportResult = Extract<ParsedResult, { kind: 'export' }>;
type Document = { fileName: string; mediaType: string; etag: string; file?: FileRef; content?: string };

/** `GET /tasks/{task_id}/definition`: the exported document, byte for byte. */
export function definitionRoute(deps: TasksApiDeps): RouteHandler {
  return async (event) => {
    const taskId = taskIdOf(event);
    const { result } = await finalResult(deps, taskId);
    const document = result.kind === 'export' ? toDocument(taskId, result) : undefined;
    if (document === undefined) throw nothingExported(taskId);
    if (isUnchanged(event, document)) return { statusCode: 304, headers: { etag: document.etag } };
    return answer(deps, taskId, document);
  };
}

async function answer(deps: TasksApiDeps, taskId: string, document: Document): Promise<ApiResponse> {
  const { file, fileName } = document;
  if (file === undefined) return inline(document, Buffer.from(document.content ?? ''));
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
  if (deps.files.presign === undefined) throw new Error('the file store cannot presign, and the document is too large');
  const location = await deps.files.presign(file, disposition);
  return { statusCode: 302, headers: { location, 'cache-control': 'no-store' } };
}

function toDocument(taskId: string, result: ExportResult): Document | undefined {
  const { file, content } = result;
  const sha256 = file?.sha256 ?? (content && createHash('sha256').update(content).digest('hex'));
  if (sha256 === undefined) return undefined;
  return {
    fileName: fileNameOf(taskId, result),
    mediaType: file?.media_type ?? 'application/octet-stream',
    etag: `"${sha256}"`,
    ...(file === undefined ? {} : { file }),
    ...(content === undefined ? {} : { content }),
  };
}

/** Huawei's name for it, with the extension of what it turned out to be. */
function fileNameOf(taskId: string, { file_name: name, file_type: type, file }: ExportResult): string {
  const extension = (file && extname(file.location)) || type || '';
  return `${(name || taskId).replace(/\.(?:json|ya?ml)$/i, '')}${extension}`;
}

function headersOf(document: Document): Record<string, string> {
  return {
    'content-type': document.mediaType,
    'content-disposition': contentDisposition(document.fileName),
    etag: document.etag,
    'cache-control': 'private, no-cache',
  };
}

function isUnchanged(event: ApiEvent, { etag }: Document): boolean {
  const known = event.headers['if-none-match'];
  return known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
}

function nothingExported(taskId: string): HttpProblem {
  return new HttpProblem(404, `Task "${taskId}" has no exported document.`, { kind: 'nothing-exported' });
}
