import type { AlertPublisher, EventPublisher, PublishReport } from '../functions/messages/publishers.ts';
import {
  type TaskEvent,
  type TaskEventOptions,
  toEventAttributes,
  toTaskEvent,
} from '../functions/messages/task-event.ts';
import { StoreError } from '../functions/tasks/errors.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import type { Subscriber } from './subscriber.ts';
import type { Topic } from './topics.ts';

/** An event as SNS would carry it. */
export type LocalEvent = { event: TaskEvent; attributes: Record<string, string> };

/** `TaskEvents` on one machine. */
export function createLocalEventPublisher(topic: Topic<LocalEvent>, options: TaskEventOptions): EventPublisher {
  return {
    async publish(results) {
      const events = results.map((one) => ({ event: toTaskEvent(one, options), attributes: toEventAttributes(one) }));
      return reportOf(results, topic.publish(events));
    },
  };
}

/** `TaskAlerts` on one machine: what is published together stays together, so that a burst becomes a digest. */
export function createLocalAlertPublisher(topic: Topic<TaskResult>): AlertPublisher {
  return { publish: async (results) => reportOf(results, topic.publish(results)) };
}

/** The event for one named channel alone. */
export async function publishToChannel(
  topic: Topic<LocalEvent>,
  { result, channel, ...options }: TaskEventOptions & { result: TaskResult; channel: string },
): Promise<PublishReport> {
  const attributes = { ...toEventAttributes(result), channel };
  return reportOf([result], topic.publish([{ event: toTaskEvent(result, options), attributes }]));
}

/** Subscribes a publisher of alerts under a name; what it reports as failed is tried again. */
export function alertSubscriber(name: string, publisher: AlertPublisher): Subscriber<TaskResult> {
  return {
    name,
    async deliver(batch) {
      const { failed } = await publisher.publish(batch.map(({ message }) => message));
      const failedIds = new Set(failed.map(({ taskId }) => taskId));
      return batch.filter(({ message }) => failedIds.has(message.taskId)).map((attempt) => ({ attempt }));
    },
  };
}

/** What the outbox does not take stays pending, and is published by a later sweep. */
async function reportOf(results: readonly TaskResult[], publishing: Promise<void>): Promise<PublishReport> {
  try {
    await publishing;
    return { failed: [] };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { failed: results.map(({ taskId }) => ({ taskId, reason: error.message })) };
  }
}
