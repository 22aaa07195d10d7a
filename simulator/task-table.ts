import { newId } from './identifier.ts';

export type TaskType = 'import_api' | 'export_api';

/** How a task ends: the last `task_status` and the `task_result` string, both verbatim. */
export type TaskEnd = { status: string; result: string };

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
