import type { FileRef, ParsedResult, TaskResult } from '../tasks/result.ts';
import { type ApiResponse, jsonResponse } from './api-event.ts';
import type { TasksApiDeps } from './deps.ts';
import { HttpProblem, unknownTask } from './problem.ts';
import { viewFinal } from './task-view.ts';

/** A Lambda answers at most 6 MB; base64 adds a third, headers and envelope a little. */
const MAX_INLINE_BYTES = 4_400_000;

/** The result of a task; 409 while it is pending, 404 when it is not known. */
export async function finalResult(deps: TasksApiDeps, taskId: string): Promise<TaskResult> {
  const result = (await deps.results.get(taskId)) ?? (await settledSince(deps, taskId));
  if (result === undefined) throw unknownTask(taskId);
  return result;
}

async function settledSince(deps: TasksApiDeps, taskId: string): Promise<TaskResult | undefined> {
  if ((await deps.pending.get(taskId)) === undefined) return deps.results.get(taskId);
  throw new HttpProblem(409, `Task "${taskId}" is still pending. Wait until it is final.`, {
    kind: 'task-still-pending',
  });
}

/** Whether a file has to be fetched from the store, for it would not fit into an answer. */
export function isTooLarge(deps: TasksApiDeps, file: FileRef): boolean {
  return !deps.canStream && file.size_bytes > MAX_INLINE_BYTES;
}

/**
 * A final task whose result is put back in place where it was moved to the file store because of its size. A file that
 * is too large for an answer stays there, and the answer has an address to fetch it from, where the store can give one.
 */
export async function viewWhole(deps: TasksApiDeps, task: TaskResult): Promise<ApiResponse> {
  const { result } = task;
  const file = result.kind === 'stored' || result.kind === 'export' ? result.file : undefined;
  if (file !== undefined && isTooLarge(deps, file)) return viewWithAddress(deps, task, file);
  if (result.kind !== 'stored') return jsonResponse(200, viewFinal(task));
  const whole = await readJson(deps, result.file);
  if (whole === undefined) return jsonResponse(200, viewFinal(task));
  return asBase64(jsonResponse(200, viewFinal({ ...task, result: whole })));
}

async function viewWithAddress(deps: TasksApiDeps, task: TaskResult, file: FileRef): Promise<ApiResponse> {
  const view = viewFinal(task);
  const url = await deps.files.presign?.(file, contentDisposition(file.location.split('/').pop() ?? ''));
  return jsonResponse(200, url === undefined ? view : { ...view, result: { ...view.result, download_url: url } });
}

async function readJson(deps: TasksApiDeps, file: FileRef): Promise<ParsedResult | undefined> {
  const stream = await deps.files.open(file);
  if (stream === undefined) return undefined;
  return (await new Response(stream).json()) as ParsedResult;
}

/** Text inside Lambda's JSON envelope can double in size, base64 grows by a third and no more. */
function asBase64(response: ApiResponse): ApiResponse {
  return { ...response, body: Buffer.from(String(response.body)).toString('base64'), isBase64Encoded: true };
}

const FORBIDDEN = /[/\\\p{C}\p{Zl}\p{Zp}]/gu;

/** `attachment` with a file name that is safe on every system: RFC 6266 with the ASCII fallback and RFC 5987's form. */
export function contentDisposition(fileName: string): string {
  const safe = fileName.replace(FORBIDDEN, '_').replace(/^\.+/, '_').slice(0, 200).toWellFormed() || 'definition';
  const ascii = safe.replace(/[^\x20-\x7e]|["%]/g, '_');
  if (ascii === safe) return `attachment; filename="${ascii}"`;
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeRfc5987(safe)}`;
}

/** encodeURIComponent leaves `'()*`, which RFC 5987 does not allow. */
function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
