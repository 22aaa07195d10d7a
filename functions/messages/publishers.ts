import { StoreError } from '../tasks/errors.ts';
import type { TaskResult } from '../tasks/result.ts';

/** Entries that could not be published stay pending and are published by a later sweep. */
export type PublishReport = { failed: { taskId: string; reason: string }[] };

/** Announces results: to machines, one CloudEvent each; to people, in as few messages as a burst allows. */
export interface Publisher {
  /** Throws only when nothing can be published at all. */
  publish(results: TaskResult[]): Promise<PublishReport>;
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
