import { randomUUID } from 'node:crypto';
import { WEBHOOK_CHANNEL } from '../functions/channels/delivery.ts';
import { receivesOf } from '../functions/channels/queue-record.ts';
import { createSlackWebhook } from '../functions/channels/slack/post.ts';
import { parseSlackRouting } from '../functions/channels/slack/slack-routing.ts';
import { createNotifySlackHandler } from '../functions/channels/slack/worker.ts';
import { createRetryPolicy } from '../functions/channels/webhook/webhook-retry.ts';
import type { OperatorAlerter } from '../functions/messages/operator-alerter.ts';
import type { Clock, Log, MetricSink, TaskResultStore } from '../functions/tasks/ports.ts';
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
