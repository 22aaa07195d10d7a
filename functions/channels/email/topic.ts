import { composeAlerts } from '../../messages/digest.ts';
import type { Composed } from '../../messages/publishers.ts';
import type { Notice } from '../../messages/task-event.ts';
import type { SnsMessage } from '../sns.ts';

/**
 * The messages of the topic for people: e-mail and SMS. The attribute `outcome` lists the outcomes that a message
 * announces, so that a subscription can ask for failures only.
 */
export function composeMails(notices: readonly Notice[]): Composed<SnsMessage>[] {
  return composeAlerts(notices).map(({ message: { subject, body, outcomes }, taskIds }) => ({
    message: { subject, body, attributes: { outcome: outcomes } },
    taskIds,
  }));
}
