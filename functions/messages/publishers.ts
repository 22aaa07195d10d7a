import type { TaskResult } from '../tasks/result.ts';

/** Entries that could not be published stay pending and are published by a later sweep. */
export type PublishReport = { failed: { taskId: string; reason: string }[] };

/** Tells machines: one CloudEvent per result to `TaskEvents`. Throws only when nothing can be published at all. */
export interface EventPublisher {
  publish(results: TaskResult[]): Promise<PublishReport>;
}

/** Tells people, in as few messages as a burst allows. */
export interface AlertPublisher {
  publish(results: TaskResult[]): Promise<PublishReport>;
}
