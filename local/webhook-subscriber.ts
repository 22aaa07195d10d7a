import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { createWebhookPoster } from '../functions/adapters/webhook-poster.ts';
import type { Clock, Log, MetricSink, TaskResultStore } from '../functions/core/ports.ts';
import type { Profiles } from '../functions/core/profile.ts';
import { parseSigningKeys } from '../functions/core/webhook-keys.ts';
import type { RetryPolicy } from '../functions/core/webhook-retry.ts';
import { createDeliverWebhookHandler } from '../functions/deliver-webhook/handler.ts';
import { DELIVERY_ATTEMPTS, type LocalEvent, type Subscriber } from './topics.ts';

type WebhookDeps = {
  results: Pick<TaskResultStore, 'get' | 'recordDelivery'>;
  profiles: Profiles;
  allowLoopback: boolean;
  clock: Clock;
  log: Log;
  metrics: MetricSink;
};

const BATCH = 10;

/** The topic waits between attempts, so this says only when it has made its last one. */
const untilTopicGivesUp: RetryPolicy = ({ attempts }) =>
  attempts < DELIVERY_ATTEMPTS ? { kind: 'retry', delayMs: 0 } : { kind: 'exhausted' };

/** The webhook function behind the local topic: it gets queue records as in AWS, and the topic retries what it gives back. */
export function createWebhookSubscriber(deps: WebhookDeps): Subscriber<LocalEvent> {
  const { log, clock, allowLoopback } = deps;
  const keys = parseSigningKeys(JSON.stringify({ profiles: deps.profiles }));
  const receives = new WeakMap<LocalEvent, Receives>();
  const handler = createDeliverWebhookHandler({
    ...deps,
    signingKeys: async () => keys,
    poster: createWebhookPoster({ clock, allowLoopback }),
    queue: { delay: async () => {} },
    retry: untilTopicGivesUp,
    deadLetters: { send: async (_record, reason) => log.error('webhook event given up', { reason }) },
  });
  return {
    name: 'webhook',
    maxBatch: BATCH,
    wants: ({ attributes: { callback, channel = 'webhook' } }) => callback === 'true' && channel === 'webhook',
    async deliver(batch) {
      const received = batch.map((event) => {
        const { count, firstAtMs } = receives.get(event) ?? { count: 0, firstAtMs: clock.now() };
        const next = { count: count + 1, firstAtMs };
        receives.set(event, next);
        return { event, record: toRecord(event, next) };
      });
      const { batchItemFailures } = await handler({ Records: received.map(({ record }) => record) });
      const givenBack = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      return received.filter(({ record }) => givenBack.has(record.messageId)).map(({ event }) => event);
    },
  };
}

type Receives = { count: number; firstAtMs: number };

function toRecord({ event }: LocalEvent, { count, firstAtMs }: Receives): SQSRecord {
  const attributes = { ApproximateReceiveCount: `${count}`, ApproximateFirstReceiveTimestamp: `${firstAtMs}` };
  return {
    messageId: randomUUID() as string,
    body: JSON.stringify(event),
    attributes,
    messageAttributes: {},
  } as unknown as SQSRecord;
}
