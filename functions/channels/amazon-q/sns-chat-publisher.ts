import type { AlertOptions } from '../../messages/alert-text.ts';
import type { AlertPublisher } from '../../messages/publishers.ts';
import { publishMessages, type SnsDeps, toPublishReport } from '../sns/sns-batch.ts';
import { composeChat } from './chat-message.ts';

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
