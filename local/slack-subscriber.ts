import { randomUUID } from 'node:crypto';
import { createSlackWebhook } from '../functions/adapters/slack-webhook.ts';
import { WEBHOOK_CHANNEL } from '../functions/core/delivery.ts';
import type { Clock, Log, MetricSink, OperatorAlerter, TaskResultStore } from '../functions/core/ports.ts';
import { receivesOf } from '../functions/core/queue-record.ts';
import { parseSlackRouting } from '../functions/core/slack-routing.ts';
import { createRetryPolicy } from '../functions/core/webhook-retry.ts';
import { createNotifySlackHandler } from '../functions/notify-slack/handler.ts';
import type { LocalEvent } from './local-publishers.ts';
import { toQueueRecord } from './queue-record.ts';
import type { Subscriber } from './subscriber.ts';

type SlackDeps = {
  results: Pick<TaskResultStore, 'recordDeliveries'>;
  clock: Clock;
  log: Log;
  metrics: MetricSink;
  alerter: OperatorAlerter;
};

const BATCH = 100;
const TIMEOUT_MS = 60_000;
/** As the queue that the records come from. */
const retryAfter = createRetryPolicy(() => 0.5);

/** The Slack function behind the local topic: it gets queue records as in AWS, and what it gives back is tried again. */
export function createSlackSubscriber(webhookUrl: string, deps: SlackDeps): Subscriber<LocalEvent> {
  const routing = parseSlackRouting({ webhook_url: webhookUrl });
  const handler = createNotifySlackHandler({
    ...deps,
    routing: async () => routing,
    webhook: createSlackWebhook(deps),
    isLastOffer: (record) => {
      const firstAtMs = Number(record.attributes.ApproximateFirstReceiveTimestamp);
      return retryAfter({ attempts: receivesOf(record), firstAtMs, nowMs: deps.clock.now() }).kind === 'exhausted';
    },
    deadLetters: { send: async (_record, reason) => deps.log.error('Slack message given up', { reason }) },
  });
  return {
    name: 'slack',
    maxBatch: BATCH,
    wants: ({ attributes }) => attributes.channel !== WEBHOOK_CHANNEL,
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
