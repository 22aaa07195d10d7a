import type { TaskResult } from '../core/outcome.ts';
import type { FileRef, ParsedResult } from '../core/parsed-result.ts';
import { type ApiResponse, jsonResponse } from './api-event.ts';
import { MAX_INLINE_BYTES } from './definition.ts';
import type { TasksApiDeps } from './deps.ts';
import { viewFinal } from './task-view.ts';

/**
 * A final task whose result is put back in place where it was moved to the file store because of its size. One that
 * is too large for an answer stays out, with an address to fetch it from where the store can give one.
 */
export async function withStoredResult(deps: TasksApiDeps, task: TaskResult): Promise<ApiResponse> {
  const view = viewFinal(task);
  if (task.result.kind !== 'stored') return jsonResponse(200, view);
  const { file } = task.result;
  const result = file.size_bytes <= MAX_INLINE_BYTES ? await readJson(deps, file) : undefined;
  if (result !== undefined) return asBase64(jsonResponse(200, viewFinal({ ...task, result })));
  const url = await deps.files.presign?.(file, `${task.taskId}.json`);
  return jsonResponse(200, {
    ...view,
    result: { ...view.result, ...(url === undefined ? {} : { download_url: url }) },
  });
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
