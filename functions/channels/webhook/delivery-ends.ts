import type { SQSRecord } from 'aws-lambda';
import type { Clock, Log, MetricSink, TaskResultStore } from '../../tasks/ports.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { toDelivery, WEBHOOK_CHANNEL } from '../delivery.ts';
import { receivesOf, textAttributesOf } from '../queue-record.ts';
import type { RetryQueue, WebhookAnswer } from './webhook.ts';
import type { RetryPolicy } from './webhook-retry.ts';

/** What the queue is told about a record: forget it, or bring it again. */
export type Fate = 'done' | 'given back';

/** One attempt to deliver one record. */
export type Attempt = {
  record: SQSRecord;
  taskId: string;
  /** For logs: the receiver's host, never its path or query. */
  host: string;
};

/** An answer, or a profile that cannot sign: then nothing was sent. */
export type AttemptEnd = WebhookAnswer | { kind: 'unsigned'; reason: string };

export type DeliveryEndsDeps = {
  results: Pick<TaskResultStore, 'recordDeliveries'>;
  queue: RetryQueue;
  retry: RetryPolicy;
  deadLetters: DeadLetter;
  metrics: MetricSink;
  log: Log;
  clock: Pick<Clock, 'now'>;
};

export type DeliveryEnds = {
  /** Acts on how an attempt ended. Throws `StoreError` where a failure could not be recorded: the record must come again. */
  settle(attempt: Attempt, end: AttemptEnd): Promise<Fate>;
  /** For trouble of our own (a table, a secret): as long as a receiver would get, then the dead-letter queue. Never throws. */
  postpone(record: SQSRecord, reason: string): Promise<Fate>;
  /** Puts a record that nobody can read into the dead-letter queue, or gives it back. Never throws. */
  bury(record: SQSRecord, reason: string): Promise<Fate>;
};

/** Decides what becomes of records and keeps the books: one delivery on the result per end, none per attempt. */
export function createDeliveryEnds(deps: DeliveryEndsDeps): DeliveryEnds {
  const { results, queue, retry, deadLetters, metrics, log, clock } = deps;

  const giveBack = async (record: SQSRecord, delayMs: number, fields: Record<string, unknown>): Promise<Fate> => {
    metrics.add('WebhookRetries', 1);
    log.warn('webhook record given back', { ...fields, delay_s: Math.ceil(delayMs / 1000) });
    // The queue's own visibility time-out brings it back too, sooner or later than it should.
    await queue.delay(record.receiptHandle, delayMs).catch((error: unknown) => log.warn('no delay', { error }));
    return 'given back';
  };

  const nextAttempt = (record: SQSRecord, retryAfterMs?: number) =>
    retry({ attempts: receivesOf(record), firstAtMs: firstAtMsOf(record, clock), nowMs: clock.now(), retryAfterMs });

  const fail = async ({ record, taskId, host }: Attempt, end: FailedEnd, status: 'failed' | 'gone'): Promise<Fate> => {
    const delivery = toDelivery(record, { channel: WEBHOOK_CHANNEL, status, ...end }, clock.now());
    await results.recordDeliveries(taskId, [delivery]);
    metrics.add('WebhookFailed', 1);
    log.error('webhook given up', { task_id: taskId, host, ...delivery });
    return 'done';
  };

  const succeed = async ({ record, taskId, host }: Attempt, httpStatus: number): Promise<Fate> => {
    const delivery = toDelivery(record, { channel: WEBHOOK_CHANNEL, status: 'delivered', httpStatus }, clock.now());
    metrics.add('WebhookDelivered', 1);
    log.info('webhook delivered', { task_id: taskId, host, ...delivery });
    // It has arrived: a note that cannot be made is no reason to send it again.
    await results.recordDeliveries(taskId, [delivery]).catch((error: unknown) => {
      metrics.add('DeliveriesUnrecorded', 1);
      log.error('webhook delivery not recorded', { task_id: taskId, error });
    });
    return 'done';
  };

  const bury = async (record: SQSRecord, reason: string): Promise<Fate> => {
    try {
      await deadLetters.send({ body: record.body, attributes: textAttributesOf(record) }, reason);
    } catch {
      log.warn('the dead-letter queue did not take a webhook record', { message_id: record.messageId, reason });
      return 'given back';
    }
    metrics.add('WebhookDeadLettered', 1);
    log.error('webhook record dead-lettered', { message_id: record.messageId, reason });
    return 'done';
  };

  return {
    bury,
    async settle(attempt, end) {
      if (end.kind === 'delivered') return succeed(attempt, end.httpStatus);
      if (end.kind === 'unsigned') metrics.add('WebhookUnsigned', 1);
      if (end.kind !== 'unavailable') return fail(attempt, end, end.kind === 'gone' ? 'gone' : 'failed');
      const next = nextAttempt(attempt.record, end.retryAfterMs);
      if (next.kind === 'exhausted') return fail(attempt, { ...end, reason: `gave up: ${end.reason}` }, 'failed');
      const { taskId, host, record } = attempt;
      return giveBack(record, next.delayMs, { task_id: taskId, host, reason: end.reason });
    },
    async postpone(record, reason) {
      const next = nextAttempt(record);
      if (next.kind === 'exhausted') return bury(record, reason);
      return giveBack(record, next.delayMs, { message_id: record.messageId, reason });
    },
  };
}

type FailedEnd = { reason: string; httpStatus?: number };

/** The first receive and not the event's time, for a replay comes long after its event. */
function firstAtMsOf({ attributes }: SQSRecord, clock: Pick<Clock, 'now'>): number {
  return Number(attributes.ApproximateFirstReceiveTimestamp) || clock.now();
}
