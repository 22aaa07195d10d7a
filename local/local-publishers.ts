import type { Publisher, PublishReport } from '../functions/messages/publishers.ts';
import {
  type TaskEvent,
  type TaskEventOptions,
  toEventAttributes,
  toTaskEvent,
} from '../functions/messages/task-event.ts';
import { StoreError } from '../functions/tasks/errors.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import type { Topic } from './topics.ts';

/** An event as SNS would carry it. */
export type LocalEvent = { event: TaskEvent; attributes: Record<string, string> };

/** `TaskEvents` on one machine. */
export function createLocalEventPublisher(topic: Topic<LocalEvent>, options: TaskEventOptions): Publisher {
  return {
    async publish(results) {
      const events = results.map((one) => ({ event: toTaskEvent(one, options), attributes: toEventAttributes(one) }));
      return reportOf(results, topic.publish(events));
    },
  };
}

/** `TaskAlerts` on one machine: results that are published together stay together, so that a burst becomes a digest. */
export function createLocalAlertPublisher(topic: Topic<TaskResult>): Publisher {
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

/** Results that the outbox does not accept stay pending, and a later sweep publishes them. */
async function reportOf(results: readonly TaskResult[], publishing: Promise<void>): Promise<PublishReport> {
  try {
    await publishing;
    return { failed: [] };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { failed: results.map(({ taskId }) => ({ taskId, reason: error.message })) };
  }
}
