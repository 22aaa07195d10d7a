import type { AlertPublisher } from '../functions/messages/publishers.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import type { Returned, Subscriber } from './delivery-queue.ts';

/** A publisher of alerts behind the local topic; tasks that it reports as failed are tried again. */
export function publisherSubscriber(name: string, publisher: AlertPublisher): Subscriber<TaskResult> {
  const deliver: Subscriber<TaskResult>['deliver'] = async (batch) => {
    const { failed } = await publisher.publish(batch.map(({ message }) => message));
    const reasons = new Map(failed.map(({ taskId, reason }) => [taskId, reason]));
    return batch.flatMap((attempt) => {
      const reason = reasons.get(attempt.message.taskId);
      return reason === undefined ? [] : [{ attempt, reason }];
    });
  };
  return {
    name,
    async deliver(batch) {
      try {
        return await deliver(batch);
      } catch {
        // One of them cannot be rendered. Publishing renders everything before it sends, so none has arrived.
        const ends = await Promise.all(
          batch.map((one) => deliver([one]).catch((error: unknown) => failedBy(one, error))),
        );
        return ends.flat();
      }
    },
  };
}

function failedBy(attempt: Returned<TaskResult>['attempt'], error: unknown): Returned<TaskResult>[] {
  return [{ attempt, reason: error instanceof Error ? error.message : 'unknown' }];
}
