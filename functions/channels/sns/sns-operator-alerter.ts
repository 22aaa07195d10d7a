import { MAX_SUBJECT_CHARS } from '../../messages/alert-text.ts';
import type { OperatorAlerter } from '../../messages/operator-alerter.ts';
import { createOperatorAlerter, type OperatorAlerterDeps } from '../../messages/operator-alerter.ts';
import { cut, toAscii } from '../../tasks/safe-text.ts';
import { publishMessages, type SnsDeps } from './sns-batch.ts';

const MAX_BODY_UNITS = 16_384;

/** Publishes operator alerts to their topic, one per key and period; see `createOperatorAlerter`. */
export function createSnsOperatorAlerter(deps: SnsDeps & Omit<OperatorAlerterDeps, 'send'>): OperatorAlerter {
  return createOperatorAlerter({
    ...deps,
    async send({ subject, body }) {
      const message = {
        subject: toAscii(subject, MAX_SUBJECT_CHARS) || 'APIG notifier',
        body: cut(body, MAX_BODY_UNITS),
        attributes: {},
      };
      const [reason] = (await publishMessages(deps, [message])).values();
      if (reason !== undefined) throw new Error(reason);
    },
  });
}
