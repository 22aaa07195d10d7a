import { problemKind, type Task } from './answers.ts';
import type { TaskEnd } from './exit.ts';
import { type Io, pause } from './io.ts';
import { isUnknownTask, taskReader } from './register.ts';
import { type Called, retryAfterMs, type Service } from './service.ts';
import { taskPath } from './session.ts';
import { inOptions } from './words.ts';

export type WaitDeps = {
  io: Pick<Io, 'clock' | 'signal' | 'patience'>;
  service: Service;
  /** Epoch milliseconds at which the wait ends. */
  untilMs: number;
  onChange(task: Task): void;
  onEnd(end: TaskEnd): void;
};

/** With more tasks than this no answer is held, because each holds a connection. */
const MOST_HELD = 50;
const DEFAULT_PAUSE_MS = 2_000;

/** Waits until every task has ended, in whatever way. Broken connections, 429 and 5xx end no wait; silence does. */
export function waitForTasks(deps: WaitDeps, tasks: readonly Task[]): Promise<TaskEnd[]> {
  const { holdMs, spreadMs } = deps.io.patience;
  const pace = { holdMs: tasks.length <= MOST_HELD ? holdMs : 0, leastPauseMs: tasks.length * spreadMs };
  return Promise.all(
    tasks.map(async (task) => {
      const end = await waitForTask(deps, task, pace);
      deps.onEnd(end);
      return end;
    }),
  );
}

type Pace = { holdMs: number; leastPauseMs: number };
type Heard = { task: Task; pauseMs: number };

async function waitForTask(deps: WaitDeps, first: Task, pace: Pace): Promise<TaskEnd> {
  const { clock } = deps.io;
  for (let task = first; ; ) {
    if (task.state === 'final') return { kind: 'final', task };
    if (clock.now() >= deps.untilMs) return { kind: 'timeout', task };
    const askedAtMs = clock.now();
    const holdS = Math.ceil(Math.min(pace.holdMs, deps.untilMs - askedAtMs) / 1_000);
    const called = await askFor(deps, task.task_id, holdS);
    if (called.kind === 'late') return { kind: 'timeout', task };
    if (called.kind !== 'ok') return lost(task.task_id, called);
    task = called.value.task;
    deps.onChange(task);
    const wasHeld = holdS > 0 && clock.now() - askedAtMs >= (holdS * 1_000) / 2;
    if (task.state === 'pending' && !wasHeld) {
      const pauseMs = Math.max(called.value.pauseMs, pace.leastPauseMs);
      await pause(deps.io, Math.max(0, Math.min(pauseMs, deps.untilMs - clock.now())));
    }
  }
}

function askFor({ service, untilMs }: WaitDeps, taskId: string, holdS: number): Promise<Called<Heard>> {
  const readTask = taskReader(taskId);
  return service.call<Heard>(
    { method: 'GET', path: taskPath(taskId, `?wait=${holdS}`) },
    {
      read: (answer) => {
        const task = readTask(answer);
        return task && { task, pauseMs: retryAfterMs(answer) ?? DEFAULT_PAUSE_MS };
      },
      ...{ untilMs, holdMs: holdS * 1_000, isPatient: true },
      // While it is deployed again, API Gateway may answer 404 in its own words.
      judge: (status, problem) => (status === 404 && problemKind(problem) !== 'unknown-task' ? 'again' : undefined),
    },
  );
}

function lost(taskId: string, called: Exclude<Called<Heard>, { kind: 'ok' | 'late' }>): TaskEnd {
  if (isUnknownTask(called)) return { kind: 'forgotten', taskId };
  if (called.kind === 'refused') return { kind: 'unreachable', taskId, reason: inOptions(called.message) };
  const reason = `${called.reason.replace(/\.$/, '')}. If the service is well, it still watches the task.`;
  return { kind: 'unreachable', taskId, reason };
}
