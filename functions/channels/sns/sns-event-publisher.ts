import type { EventPublisher, PublishReport } from '../../messages/publishers.ts';
import { type TaskEventOptions, toEventAttributes, toTaskEvent } from '../../messages/task-event.ts';
import type { TaskResult } from '../../tasks/result.ts';
import { publishMessages, type SnsDeps, toPublishReport } from './sns-batch.ts';

/** Publishes each result as one CloudEvent, with attributes for filter policies, to the topic for machines. */
export function createSnsEventPublisher(deps: SnsDeps & TaskEventOptions): EventPublisher {
  return {
    async publish(results) {
      const messages = results.map((result) => ({
        body: JSON.stringify(toTaskEvent(result, deps)),
        attributes: toEventAttributes(result),
      }));
      const failed = await publishMessages(deps, messages);
      return toPublishReport(
        failed,
        results.map(({ taskId }) => [taskId]),
      );
    },
  };
}

/** Publishes one event with the attribute `channel`, which makes every subscriber but that channel pass it over. */
export async function publishToChannel(
  deps: SnsDeps & TaskEventOptions,
  result: TaskResult,
  channel: string,
): Promise<PublishReport> {
  const attributes = { ...toEventAttributes(result), channel };
  const message = { body: JSON.stringify(toTaskEvent(result, deps)), attributes };
  return toPublishReport(await publishMessages(deps, [message]), [[result.taskId]]);
}
