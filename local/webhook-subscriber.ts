import { randomUUID } from 'node:crypto';
import { createWebhookPoster } from '../functions/adapters/webhook-poster.ts';
import { WEBHOOK_CHANNEL } from '../functions/core/delivery.ts';
import type { Clock, Log, MetricSink, TaskResultStore } from '../functions/core/ports.ts';
import type { Profiles } from '../functions/core/profile.ts';
import { parseSigningKeys } from '../functions/core/webhook-keys.ts';
import { createRetryPolicy } from '../functions/core/webhook-retry.ts';
import { createDeliverWebhookHandler } from '../functions/deliver-webhook/handler.ts';
import type { LocalEvent } from './local-publishers.ts';
import { toQueueRecord } from './queue-record.ts';
import type { Subscriber } from './subscriber.ts';

type WebhookDeps = {
  results: Pick<TaskResultStore, 'get' | 'recordDeliveries'>;
  profiles: Profiles;
  allowLoopback: boolean;
  clock: Clock;
  log: Log;
  metrics: MetricSink;
};

const BATCH = 10;

/** The webhook function behind the local topic: it gets queue records as in AWS, and says itself when to try again. */
export function createWebhookSubscriber(deps: WebhookDeps): Subscriber<LocalEvent> {
  const { log, clock, allowLoopback } = deps;
  const keys = parseSigningKeys(JSON.stringify({ profiles: deps.profiles }));
  const delays = new Map<string, number>();
  const handler = createDeliverWebhookHandler({
    ...deps,
    signingKeys: async () => keys,
    poster: createWebhookPoster({ clock, allowLoopback }),
    queue: { delay: async (receipt, delayMs) => void delays.set(receipt, delayMs) },
    retry: createRetryPolicy(Math.random),
    deadLetters: { send: async (_record, reason) => log.error('webhook event given up', { reason }) },
  });
  return {
    name: WEBHOOK_CHANNEL,
    maxBatch: BATCH,
    wants: ({ attributes: { callback, channel = WEBHOOK_CHANNEL } }) =>
      callback === 'true' && channel === WEBHOOK_CHANNEL,
    async deliver(batch) {
      const attempts = batch.map((attempt) => ({ id: randomUUID() as string, attempt }));
      const { batchItemFailures } = await handler({
        Records: attempts.map(({ id, attempt }) => toQueueRecord(id, attempt)),
      });
      const givenBack = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const returned = attempts.filter(({ id }) => givenBack.has(id));
      return returned.map(({ id, attempt }) => ({ attempt, delayMs: takeDelay(delays, id) }));
    },
  };
}

function takeDelay(delays: Map<string, number>, id: string): number | undefined {
  const delayMs = delays.get(id);
  delays.delete(id);
  return delayMs;
}
