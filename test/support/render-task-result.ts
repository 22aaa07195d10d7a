import type { WireResult } from '../../functions/huawei/parse-answer.ts';

/**
 * Writes a result as Huawei would in `task_result`: the inverse of `parseTaskResult`.
 * Exports are written in the examples' spelling (`FileName`), or in that of the descriptive text (`file_type`, `content`).
 */
export function renderTaskResult(result: WireResult, spelling: 'examples' | 'text' = 'examples'): string {
  switch (result.kind) {
    case 'none':
      return '';
    case 'raw':
      return result.raw;
    case 'export':
      return JSON.stringify({ ...result.extra, ...renderExport(result, spelling) });
    default: {
      const { kind: _, extra, ...fields } = result;
      return JSON.stringify({ ...extra, ...fields });
    }
  }
}

function renderExport(result: Extract<WireResult, { kind: 'export' }>, spelling: 'examples' | 'text') {
  const { file_name, file_type, content } = result;
  return spelling === 'text'
    ? { file_name, file_type, content }
    : { FileName: file_name, FileType: file_type, Comment: content };
}
