import { readPage, type Task } from './answers.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

const MOST_LABELS = 5;
const WITHIN_MS = 5_000;

/** Tells the table how long tasks of its labels have taken. Best effort: without an answer the column is not there. */
export async function learnUsualDurations(
  { io, service }: Session,
  tasks: readonly Task[],
  progress: Progress,
): Promise<void> {
  if (!io.stderr.isTTY) return;
  const labels = [...new Set(tasks.flatMap(({ label }) => label ?? []))].slice(0, MOST_LABELS);
  for (const label of labels) {
    const query = new URLSearchParams({ state: 'final', outcome: 'succeeded', limit: '20', label });
    const called = await service
      .call(
        { method: 'GET', path: `/tasks?${query}` },
        { read: ({ json }) => readPage(json), untilMs: io.clock.now() + WITHIN_MS },
      )
      .catch(() => undefined);
    const usualMs = called?.kind === 'ok' ? medianMs(called.value.items) : undefined;
    if (usualMs !== undefined) progress.setUsual(label, usualMs);
  }
}

/** Undefined for fewer than three: chance, not habit. */
function medianMs(tasks: readonly Task[]): number | undefined {
  const durations = tasks
    .flatMap((task) => (task.state === 'final' ? [Date.parse(task.completed_at) - Date.parse(task.registered_at)] : []))
    .sort((a, b) => a - b);
  return durations.length < 3 ? undefined : durations[Math.floor(durations.length / 2)];
}
