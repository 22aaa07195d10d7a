import { randomUUID } from 'node:crypto';
import { WEBHOOK_CHANNEL } from '../functions/channels/delivery.ts';
import { parseSigningKeys } from '../functions/channels/webhook/webhook-keys.ts';
import { createWebhookPoster } from '../functions/channels/webhook/webhook-poster.ts';
import { createRetryPolicy } from '../functions/channels/webhook/webhook-retry.ts';
import { createDeliverWebhookHandler } from '../functions/channels/webhook/worker.ts';
import type { Profiles } from '../functions/huawei/profile.ts';
import type { Clock, Log, MetricSink, TaskResultStore } from '../functions/tasks/ports.ts';
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
