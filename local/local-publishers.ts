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
  return { publish: (results) => publish(topic, results, (result) => toLocalEvent(result, options)) };
}

/** `TaskAlerts` on one machine: results that are published together stay together, so that a burst becomes a digest. */
export function createLocalAlertPublisher(topic: Topic<TaskResult>): Publisher {
  return { publish: (results) => publish(topic, results, (result) => result) };
}

/** The event for one named channel alone. */
export function publishToChannel(
  topic: Topic<LocalEvent>,
  { result, channel, ...options }: TaskEventOptions & { result: TaskResult; channel: string },
): Promise<PublishReport> {
  const { event, attributes } = toLocalEvent(result, options);
  return publish(topic, [result], () => ({ event, attributes: { ...attributes, channel } }));
}

function toLocalEvent(result: TaskResult, options: TaskEventOptions): LocalEvent {
  return { event: toTaskEvent(result, options), attributes: toEventAttributes(result) };
}

/** Results that cannot be rendered or kept stay pending, and a later sweep publishes them; the others are published. */
async function publish<T>(
  topic: Topic<T>,
  results: readonly TaskResult[],
  render: (result: TaskResult) => T,
): Promise<PublishReport> {
  const failed: PublishReport['failed'] = [];
  const rendered = new Map<T, string>();
  for (const result of results) {
    try {
      rendered.set(render(result), result.taskId);
    } catch (error) {
      failed.push({ taskId: result.taskId, reason: `cannot be rendered (${(error as Error).name})` });
    }
  }
  try {
    const refused = await topic.publish([...rendered.keys()]);
    for (const { message, reason } of refused) failed.push({ taskId: rendered.get(message) ?? '', reason });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    for (const taskId of rendered.values()) failed.push({ taskId, reason: error.message });
  }
  return { failed };
}
