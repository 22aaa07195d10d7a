import { composeAlerts } from '../../messages/digest.ts';
import type { Composed } from '../../messages/publishers.ts';
import type { Notice } from '../../messages/task-event.ts';
import { OUTCOMES, type Outcome } from '../../names.ts';
import type { SnsMessage } from '../sns.ts';

/**
 * The messages of the topic for people: e-mail and SMS. The attribute `outcome` lists the outcomes that a message
 * announces, so that a subscription can ask for failures only.
 */
export function composeMails(notices: readonly Notice[], groups?: Outcome[][]): Composed<SnsMessage>[] {
  return composeAlerts(notices, groups).map(({ message: { subject, body, outcomes }, taskIds }) => ({
    message: { subject, body, attributes: { outcome: outcomes } },
    taskIds,
  }));
}

/** `failed,expired;succeeded`: the outcomes by who asked for them. What is not named is a group of its own. */
export function readAlertGroups(text: string | undefined): Outcome[][] | undefined {
  if (text === undefined) return undefined;
  const named = text.split(';').map((group) => OUTCOMES.filter((outcome) => group.split(',').includes(outcome)));
  const rest = OUTCOMES.filter((outcome) => !named.flat().includes(outcome));
  return [...named, rest].filter((group) => group.length > 0);
}
