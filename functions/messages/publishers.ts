import { StoreError } from '../tasks/errors.ts';
import type { TaskResult } from '../tasks/result.ts';

/** Entries that could not be published stay pending and are published by a later sweep. */
export type PublishReport = { failed: { taskId: string; reason: string }[] };

/** Announces results: to machines, one CloudEvent each; to people, in as few messages as a burst allows. */
export interface Publisher {
  /** Throws only when nothing can be published at all. */
  publish(results: TaskResult[]): Promise<PublishReport>;
}

/** A message that is ready to be sent, and the tasks that it announces. */
export type Composed<M> = { message: M; taskIds: string[] };

/** Reports the tasks of the messages that failed; `failed` has the reason of each, by its index. */
export function toReport(composed: readonly Composed<unknown>[], failed: ReadonlyMap<number, string>): PublishReport {
  const perMessage = [...failed].map(([index, reason]) =>
    (composed[index]?.taskIds ?? []).map((taskId) => ({ taskId, reason })),
  );
  return { failed: perMessage.flat() };
}

type RepublishDeps = {
  publishers: readonly Publisher[];
  /** Publishes the event for one named channel alone: a Slack channel, or `webhook`. */
  toChannel(result: TaskResult, channel: string): Promise<PublishReport>;
};

/** Announces a result once more, under its first event id. Throws `StoreError` when it could not be published. */
export function createRepublish({ publishers, toChannel }: RepublishDeps) {
  return async (result: TaskResult, channel?: string): Promise<void> => {
    const reports =
      channel === undefined
        ? await Promise.all(publishers.map((publisher) => publisher.publish([result])))
        : [await toChannel(result, channel)];
    const failure = reports.flatMap(({ failed }) => failed)[0];
    if (failure) throw new StoreError(`Not published: ${failure.reason}`);
  };
}
