import type { AlertOptions } from '../core/alert-text.ts';
import { composeChat } from '../core/chat-message.ts';
import type { AlertPublisher } from '../core/ports.ts';
import { publishMessages, type SnsDeps, toPublishReport } from './sns-batch.ts';

/** Publishes to the topic that Amazon Q Developer in chat applications reads: Slack and Teams without a webhook. */
export function createSnsChatPublisher(deps: SnsDeps & AlertOptions): AlertPublisher {
  return {
    async publish(results) {
      const notes = composeChat(results, deps);
      const messages = notes.map(({ message }) => ({ body: JSON.stringify(message), attributes: {} }));
      const failed = await publishMessages(deps, messages);
      return toPublishReport(
        failed,
        notes.map(({ taskIds }) => taskIds),
      );
    },
  };
}
