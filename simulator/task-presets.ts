import { apiErrors } from './api-error.ts';
import { newId } from './identifier.ts';
import { failedEnd } from './import-result.ts';
import type { ExportSpelling } from './options.ts';
import type { TaskEnd, TaskType } from './task-table.ts';

/** How a task made through the control route ends. */
export type Ending = 'success' | 'partial' | 'failure';

export type Preset = {
  taskType: TaskType;
  ending: Ending;
  successStatus: string;
  exportSpelling: ExportSpelling;
  /** Of an export; default 300. */
  documentBytes?: number;
};

/** A result of the kind asked for, worded as the documentation's examples are. */
export function presetEnd(preset: Preset): TaskEnd {
  if (preset.ending === 'failure') return failedEnd(apiErrors.groupNameExists());
  const result = preset.taskType === 'import_api' ? importResult(preset.ending === 'partial') : exportResult(preset);
  return { status: preset.successStatus, result: JSON.stringify(result) };
}

function importResult(isPartial: boolean): object {
  const { code, message } = apiErrors.invalid('match_mode');
  return {
    success: [{ id: newId(), action: 'create', method: 'GET', path: '/test1' }],
    failure: isPartial ? [{ method: 'POST', path: '/test2', error_code: code, error_msg: message }] : [],
    swagger: { id: newId(), result: 'Success' },
    group_id: newId(),
  };
}

function exportResult({ documentBytes = 300, exportSpelling }: Preset): object {
  const head = { swagger: '2.0', info: { title: 'test8', version: '2023-07-11-19:54:22', description: '' }, paths: {} };
  const padding = Math.max(0, documentBytes - JSON.stringify(head).length);
  const content = JSON.stringify({ ...head, info: { ...head.info, description: 'x'.repeat(padding) } });
  if (exportSpelling === 'text') return { file_type: '.json', content };
  return { FileName: 'test8-RELEASE-all-2023-07-11-19:54:22', FileType: '.json', Comment: content };
}
