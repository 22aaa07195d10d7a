import { randomUUID } from 'node:crypto';
import { createSlackWebhook } from '../functions/adapters/slack-webhook.ts';
import type { Clock, Log, MetricSink, OperatorAlerter } from '../functions/core/ports.ts';
import { parseSlackRouting } from '../functions/core/slack-routing.ts';
import { createNotifySlackHandler } from '../functions/notify-slack/handler.ts';
import type { LocalEvent } from './local-publishers.ts';
import { toQueueRecord } from './queue-record.ts';
import type { Subscriber } from './subscriber.ts';

type SlackDeps = { clock: Clock; log: Log; metrics: MetricSink; alerter: OperatorAlerter };

const BATCH = 100;
const TIMEOUT_MS = 60_000;

/** The Slack function behind the local topic: it gets queue records as in AWS, and what it gives back is tried again. */
export function createSlackSubscriber(webhookUrl: string, deps: SlackDeps): Subscriber<LocalEvent> {
  const routing = parseSlackRouting({ webhook_url: webhookUrl });
  const handler = createNotifySlackHandler({
    ...deps,
    routing: async () => routing,
    webhook: createSlackWebhook(deps),
    deadLetters: { send: async (_record, reason) => deps.log.error('Slack message given up', { reason }) },
  });
  return {
    name: 'slack',
    maxBatch: BATCH,
    wants: ({ attributes }) => attributes.channel !== 'webhook',
    async deliver(batch) {
      const attempts = new Map(batch.map((attempt) => [randomUUID() as string, attempt]));
      const deadlineMs = deps.clock.now() + TIMEOUT_MS;
      const { batchItemFailures } = await handler(
        { Records: [...attempts].map(([id, attempt]) => toQueueRecord(id, attempt)) },
        { getRemainingTimeInMillis: () => deadlineMs - deps.clock.now() },
      );
      return batchItemFailures.flatMap(({ itemIdentifier }) => {
        const attempt = attempts.get(itemIdentifier);
        return attempt === undefined ? [] : [{ attempt }];
      });
    },
  };
}
