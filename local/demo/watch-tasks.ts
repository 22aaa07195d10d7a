import { setTimeout as delay } from 'node:timers/promises';
import type { NotifierClient, WireTask } from './notifier-client.ts';

export type Progress = { show(tasks: WireTask[]): void; end(): void };

/** One line that is rewritten at a terminal; in a pipe, one plain line per change. */
export function createProgress(stream: { write(text: string): unknown }, isTty: boolean): Progress {
  const seen = new Map<string, string>();
  const startMs = Date.now();
  const elapsed = () => `${((Date.now() - startMs) / 1000).toFixed(1)} s`;
  return {
    show(tasks) {
      if (isTty) return void stream.write(`\r\u001b[2K${bar(tasks)} ${elapsed()}`);
      for (const [subject, now] of tasks.length > MOST_BY_NAME ? countsOf(tasks) : namesOf(tasks)) {
        if (seen.get(subject) !== now) stream.write(`${elapsed().padStart(6)}  ${subject}: ${now}\n`);
        seen.set(subject, now);
      }
    },
    end: () => void (isTty && stream.write('\r\u001b[2K')),
  };
}

/** More tasks than these are counted, not named. */
const MOST_BY_NAME = 5;

const wordOf = ({ outcome, status }: WireTask) => outcome ?? status ?? 'waiting';

function namesOf(tasks: WireTask[]): [string, string][] {
  return tasks.map((task) => [task.label ?? task.task_id, wordOf(task)]);
}

function countsOf(tasks: WireTask[]): [string, string][] {
  const groups = Object.entries(Object.groupBy(tasks, wordOf));
  return [[`${tasks.length} tasks`, groups.map(([word, group]) => `${group?.length} ${word}`).join(', ')]];
}

function bar(tasks: WireTask[]): string {
  const over = tasks.filter(({ state }) => state === 'final').length;
  const processing = tasks.filter(({ status }) => status === 'processing').length;
  const cells = tasks.map((task) => (task.state === 'final' ? '■' : task.status === 'processing' ? '◧' : '□')).join('');
  return `${cells}  ${over} of ${tasks.length} finished, ${processing} processing`;
}

/** Asks for every task until all are final. Throws when that takes longer than `timeoutMs`. */
export async function watchTasks(
  client: NotifierClient,
  taskIds: string[],
  { progress, timeoutMs }: { progress: Progress; timeoutMs: number },
): Promise<WireTask[]> {
  const deadlineMs = Date.now() + timeoutMs;
  while (Date.now() < deadlineMs) {
    const tasks = await Promise.all(taskIds.map((taskId) => client.get(taskId)));
    progress.show(tasks);
    if (tasks.every(({ state }) => state === 'final')) {
      progress.end();
      return tasks;
    }
    await delay(150);
  }
  throw new Error(`not all tasks finished within ${timeoutMs / 1000} s`);
}
