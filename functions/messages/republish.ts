import { StoreError } from '../tasks/errors.ts';
import type { TaskResult } from '../tasks/result.ts';
import type { AlertPublisher, EventPublisher, PublishReport } from './publishers.ts';

type RepublishDeps = {
  publishers: readonly (EventPublisher | AlertPublisher)[];
  /** Publishes the event for one named channel alone: a Slack channel, or `webhook`. */
  toChannel(result: TaskResult, channel: string): Promise<PublishReport>;
};

/** Tells about a result once more, under its first event id. Throws `StoreError` where it could not be published. */
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
