import type { AlertOptions } from '../../messages/alert-text.ts';
import { composeAlerts } from '../../messages/digest.ts';
import type { AlertPublisher } from '../../messages/publishers.ts';
import { publishMessages, type SnsDeps, toPublishReport } from './sns-batch.ts';

/**
 * Publishes to the topic for people: e-mail and SMS. The attribute `outcome` lists the outcomes a message tells about,
 * so that a subscription can ask for failures only.
 */
export function createSnsAlertPublisher(deps: SnsDeps & AlertOptions): AlertPublisher {
  return {
    async publish(results) {
      const alerts = composeAlerts(results, deps);
      const messages = alerts.map(({ subject, body, outcomes }) => ({
        subject,
        body,
        attributes: { outcome: outcomes },
      }));
      const failed = await publishMessages(deps, messages);
      return toPublishReport(
        failed,
        alerts.map(({ taskIds }) => taskIds),
      );
    },
  };
}
