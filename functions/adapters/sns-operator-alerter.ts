import { MAX_SUBJECT_CHARS } from '../core/alert-text.ts';
import { createOperatorAlerter, type OperatorAlerterDeps } from '../core/operator-alerter.ts';
import type { OperatorAlerter } from '../core/ports.ts';
import { cut, toAscii } from '../core/safe-text.ts';
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
