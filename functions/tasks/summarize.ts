import type { Summary } from './outcome.ts';
import type { ParsedResult } from './parsed-result.ts';

/**
 * The counts that a person reads first. Every imported API that Huawei does not call an update counts as created.
 * `size_bytes` is the size of the exported document in UTF-8.
 */
export function summarize(result: ParsedResult): Summary {
  if (result.kind === 'import') return summarizeImport(result);
  if (result.kind === 'export') return summarizeExport(result);
  return {};
}

function summarizeImport(result: Extract<ParsedResult, { kind: 'import' }>): Summary {
  const updated = result.success.filter((api) => api.action === 'update').length;
  return {
    created: result.success.length - updated,
    updated,
    failed: result.failure.length,
    ...(result.ignore === undefined ? {} : { ignored: result.ignore.length }),
    ...(result.group_id === undefined ? {} : { group_id: result.group_id }),
  };
}

function summarizeExport(result: Extract<ParsedResult, { kind: 'export' }>): Summary {
  const size =
    result.file?.size_bytes ?? (result.content === undefined ? undefined : Buffer.byteLength(result.content));
  return {
    ...(result.file_name === undefined ? {} : { file_name: result.file_name }),
    ...(size === undefined ? {} : { size_bytes: size }),
  };
}
