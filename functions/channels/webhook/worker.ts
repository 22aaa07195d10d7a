import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { TaskResultStore } from '../../tasks/ports.ts';
import { WEBHOOK_CHANNEL } from '../delivery.ts';
import {
  type AttemptEnd,
  createDeliveryEnds,
  type DeliveryEnds,
  type DeliveryEndsDeps,
  type Fate,
} from './delivery-ends.ts';
import { readRecord } from './read-record.ts';
import type { WebhookPoster } from './webhook.ts';
import { type ProfileSigningKeys, signingKeysOf } from './webhook-keys.ts';
import { signWebhook } from './webhook-signature.ts';

export type DeliverWebhookDeps = DeliveryEndsDeps & {
  results: Pick<TaskResultStore, 'get' | 'recordDeliveries'>;
  /** The keys as of now; throws when the secret cannot be read, and then every record comes back later. */
  signingKeys(): Promise<ProfileSigningKeys>;
  poster: WebhookPoster;
};

/** For an SQS event source with `ReportBatchItemFailures`. */
export type DeliverWebhookHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/**
 * POSTs each event of a batch to the callback URL that its result holds. What another attempt may deliver is hidden in
 * the queue until then and given back; every other end is recorded on the result. Delivery is at least once, and
 * receivers tell repeats by `webhook-id`. Records are independent of each other, so they are handled side by side.
 */
export function createDeliverWebhookHandler(deps: DeliverWebhookDeps): DeliverWebhookHandler {
  const ends = createDeliveryEnds(deps);
  return async ({ Records }) => {
    const fates = await Promise.all(
      Records.map(async (record) => ({ record, fate: await handleRecord(record, ends, deps) })),
    );
    const givenBack = fates.filter(({ fate }) => fate === 'given back');
    return { batchItemFailures: givenBack.map(({ record }) => ({ itemIdentifier: record.messageId })) };
  };
}

async function handleRecord(record: SQSRecord, ends: DeliveryEnds, deps: DeliverWebhookDeps): Promise<Fate> {
  const read = readRecord(record);
  if (read.kind === 'malformed') return ends.bury(record, read.reason);
  if (read.channel !== undefined && read.channel !== WEBHOOK_CHANNEL) return 'done';
  try {
    const result = await deps.results.get(read.taskId);
    if (result?.callbackUrl === undefined) {
      deps.log.warn('webhook record has no receiver', { task_id: read.taskId, has_result: result !== undefined });
      return 'done';
    }
    const { callbackUrl: url, profile, taskId } = result;
    const end = await attempt({ url, profile, eventId: read.eventId, body: record.body }, deps);
    return await ends.settle({ record, taskId, host: URL.parse(url)?.host ?? 'unknown' }, end);
  } catch (error) {
    deps.log.error('webhook record not handled', { task_id: read.taskId, error });
    return ends.postpone(record, 'a table or secret is unavailable');
  }
}

type Job = { url: string; profile: string; eventId: string; body: string };

/** Never posts without a signature. */
async function attempt({ url, profile, eventId, body }: Job, deps: DeliverWebhookDeps): Promise<AttemptEnd> {
  const signing = signingKeysOf(await deps.signingKeys(), profile);
  if (signing.kind === 'unusable') return { kind: 'unsigned', reason: signing.reason };
  const signature = signWebhook({ id: eventId, body, atMs: deps.clock.now() }, signing.keys);
  const headers = {
    ...signature,
    'content-type': 'application/cloudevents+json',
    'user-agent': 'apig-task-notifier',
  };
  return deps.poster.post({ url, headers, body });
}
