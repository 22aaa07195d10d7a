import { type ApiError, apiErrors } from './errors.ts';
import { newId } from './identifier.ts';
import type { ExportSpelling } from './options.ts';

export type TaskType = 'import_api' | 'export_api';

/** How a task ends: the last `task_status` and the `task_result` string, both verbatim. */
export type TaskEnd = { status: string; result: string };

/** How a task ends that fails as a whole. */
export function failedEnd({ code, message }: ApiError): TaskEnd {
  return { status: 'failed', result: JSON.stringify({ error_code: code, error_msg: message }) };
}

/** A task: it advances with time alone. Times are epoch milliseconds. */
export type SimulatedTask = {
  taskId: string;
  projectId: string;
  instanceId: string;
  taskType: TaskType;
  processingAtMs: number;
  /** `Infinity`: never. */
  overAtMs: number;
  end: TaskEnd;
  /** How often it was asked about. */
  polls: number;
};

export type NewTask = Omit<SimulatedTask, 'taskId' | 'polls' | 'processingAtMs' | 'overAtMs'> & {
  taskId?: string;
  nowMs: number;
  waitingMs: number;
  processingMs: number;
};

/** The tasks of all gateways, by id. */
export class TaskTable {
  private readonly tasks = new Map<string, SimulatedTask>();

  add({ taskId = newId(), nowMs, waitingMs, processingMs, ...task }: NewTask): string {
    const processingAtMs = nowMs + waitingMs;
    this.tasks.set(taskId, { ...task, taskId, processingAtMs, overAtMs: processingAtMs + processingMs, polls: 0 });
    return taskId;
  }

  get(taskId: string): SimulatedTask | undefined {
    return this.tasks.get(taskId);
  }

  /** Whether a task of this gateway has not ended. Reads every task. */
  isBusy(instanceId: string, nowMs: number): boolean {
    return this.tasks.values().some((task) => task.instanceId === instanceId && nowMs < task.overAtMs);
  }

  get size(): number {
    return this.tasks.size;
  }

  /** False where there is no such task. */
  remove(taskId: string): boolean {
    return this.tasks.delete(taskId);
  }

  clear(): void {
    this.tasks.clear();
  }
}

/** `task_status` at one moment. */
export function statusAt(task: SimulatedTask, nowMs: number): string {
  if (nowMs >= task.overAtMs) return task.end.status;
  return nowMs >= task.processingAtMs ? 'processing' : 'waiting';
}

/** The 200 body of `GET …/async-tasks/{task_id}`. */
export function renderTask(task: SimulatedTask, nowMs: number): string {
  return JSON.stringify({
    task_id: task.taskId,
    task_status: statusAt(task, nowMs),
    task_type: task.taskType,
    task_result: nowMs >= task.overAtMs ? task.end.result : '',
  });
}

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
