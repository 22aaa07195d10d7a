import type { TasksApiDeps } from './deps.ts';

/** The header that says in how many seconds a pending task is polled next: there is nothing new before. */
export function retryAfter({ clock }: Pick<TasksApiDeps, 'clock'>, nextPollAtMs: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil((nextPollAtMs - clock.now()) / 1000))) };
}
