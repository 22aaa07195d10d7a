import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import type QuickLru from 'quick-lru';
import type { Clock, DeliveryNotes, Log, MetricSink } from '../tasks/ports.ts';
import type { Delivery } from '../tasks/result.ts';
import type { Channel, Item, Sent } from './channel.ts';
import { attemptOf, attributesOf, type QueueKind, type RetryPolicy, receivesOf } from './queues.ts';
import type { DeadLetters } from './sqs.ts';

const WRITES_AT_A_TIME = 16;
/** One write takes 2 s at most; with less time than this left, no other is started. */
const WRITE_NEEDS_MS = 3_000;
/** The first thing to fix when a table or secret cannot be read. */
const OWN_TROUBLE = 'a table or secret is unavailable';

/** A record's event on its way to one channel. */
export type Ticket = Item & { record: SQSRecord; channel: Channel };

export type EndsDeps = {
  queue: QueueKind;
  retry: RetryPolicy;
  /** Hides a received message for `delayMs`, because of `reason`. Throws `StoreError`. */
  delay: (receiptHandle: string, delayMs: number, reason: string) => Promise<void>;
  deadLetters: DeadLetters;
  results: DeliveryNotes;
  metrics: MetricSink;
  log: Log;
  clock: Pick<Clock, 'now'>;
};

/** A delivered or buried pair of record and channel, remembered beyond one batch. */
export type Memo = QuickLru<string, true>;

type End = Pick<Delivery, 'channel' | 'status'> & { taskId: string; reason?: string; httpStatus?: number | undefined };
type Note = { record: SQSRecord; delivery: Delivery; fields: Record<string, unknown> };

/**
 * The books of one batch: a record is delivered, given back to its queue, buried in the dead letters, or failed for good.
 *
 *     answer         named channels                    webhooks
 *     delivered      note                              note
 *     unavailable    given back, then buried + note    given back, then failed: note
 *     gone, refused  buried + note                     failed: note
 *
 * Notes go onto the results after everything has been posted, in one write a task. A receiver has no idempotency, so
 * nothing is sent again because a note could not be written; only a failure whose note is all that is left comes again.
 */
export class Ends {
  readonly #deps: EndsDeps & { memo: Memo };
  /** The time of the first attempt of each record that the queue has to bring again, by its id. */
  readonly #givenBack = new Map<string, number>();
  readonly #notes = new Map<string, Note[]>();

  constructor(deps: EndsDeps & { memo: Memo }) {
    this.#deps = deps;
  }

  isFinished(record: SQSRecord, channel: Channel): boolean {
    return this.#deps.memo.get(memoKey(record, channel.name)) === true;
  }

  /** Acts on how a ticket ended. Never throws. */
  async settle({ item: { record, channel, event }, answer }: Sent<Ticket>): Promise<void> {
    const { queue, retry, metrics, log, clock } = this.#deps;
    const end = { channel: channel.name, taskId: event.data.task_id };
    const fields = { task_id: end.taskId, channel: end.channel, ...(channel.host && { host: channel.host }) };
    if (answer.kind === 'delivered') {
      this.#note(record, { ...end, status: 'delivered', httpStatus: answer.httpStatus }, fields);
      metrics.add(queue.metrics.delivered, 1);
      return log.info(`${queue.name} record delivered`, fields);
    }
    const { reason, httpStatus } = answer;
    if (answer.kind !== 'unavailable')
      return this.#lose(record, { ...end, status: statusOf(answer.kind), reason, httpStatus }, fields);
    const { retryAfterMs } = answer;
    const next = retry({ ...attemptOf(record, clock.now()), retryAfterMs });
    if (next.kind === 'retry') return this.#giveBack(record, { ...fields, reason }, next.delayMs);
    return this.#lose(record, { ...end, status: 'failed', reason: `gave up: ${reason}`, httpStatus }, fields);
  }

  /** Moves a record that nobody can deliver to the dead letters, or gives it back when that fails too. Never throws. */
  async bury(record: SQSRecord, reason: string, end?: End): Promise<void> {
    const { queue, deadLetters, metrics, log } = this.#deps;
    const fields = { message_id: record.messageId, reason, ...(end && { channel: end.channel }) };
    try {
      await deadLetters.send({ body: record.body, attributes: attributesOf(record, end?.channel) }, reason);
    } catch {
      return this.#giveBack(record, { ...fields, detail: 'the dead-letter queue did not accept it' });
    }
    if (end) this.#note(record, { ...end, reason }, fields);
    metrics.add(queue.metrics.deadLettered, 1);
    log.error(`${queue.name} record dead-lettered`, fields);
  }

  /** For trouble of our own: tried again as long as a receiver's trouble, then buried. Never throws. */
  async postpone(record: SQSRecord, error: unknown): Promise<void> {
    const { queue, retry, log, clock } = this.#deps;
    log.error(`${queue.name} record not handled`, { message_id: record.messageId, error });
    const next = retry(attemptOf(record, clock.now()));
    if (next.kind === 'exhausted') return this.bury(record, OWN_TROUBLE);
    return this.#giveBack(record, { reason: OWN_TROUBLE }, next.delayMs);
  }

  /** Writes every end onto its task's result. Never throws. */
  async writeNotes(remainingMs: () => number): Promise<void> {
    const limit = pLimit(WRITES_AT_A_TIME);
    await Promise.all([...this.#notes].map(([id, notes]) => limit(() => this.#writeNotes(id, notes, remainingMs))));
  }

  /** What the queue has to bring again. */
  response(): SQSBatchResponse {
    const { metrics, queue, clock } = this.#deps;
    if (this.#givenBack.size > 0) {
      metrics.add(queue.metrics.givenBack, this.#givenBack.size);
      const oldestMs = clock.now() - Math.min(...this.#givenBack.values());
      metrics.add(queue.metrics.oldestWaiting, Math.max(0, oldestMs) / 1_000, 'Seconds');
    }
    return { batchItemFailures: [...this.#givenBack.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  }

  async #lose(record: SQSRecord, end: End & { reason: string }, fields: Record<string, unknown>): Promise<void> {
    if (this.#deps.queue.keepsUndelivered) return this.bury(record, end.reason, end);
    this.#note(record, end, fields);
  }

  async #giveBack(record: SQSRecord, fields: Record<string, unknown>, delayMs?: number): Promise<void> {
    const { queue, log, delay, clock } = this.#deps;
    this.#givenBack.set(record.messageId, attemptOf(record, clock.now()).firstAtMs);
    const wait = delayMs !== undefined && { delay_s: Math.ceil(delayMs / 1000) };
    log.warn(`${queue.name} record given back`, { message_id: record.messageId, ...fields, ...wait });
    if (delayMs === undefined) return;
    // The queue's own visibility time-out brings it back too, sooner or later than it should.
    const reason = [fields.host ?? fields.channel, fields.reason].filter(Boolean).join(': ');
    await delay(record.receiptHandle, delayMs, reason).catch((error: unknown) =>
      log.warn('record not delayed', { error }),
    );
  }

  #note(record: SQSRecord, { taskId, channel, status, reason, httpStatus }: End, fields: Record<string, unknown>) {
    const delivery: Delivery = {
      ...{ channel, status, at: new Date(this.#deps.clock.now()).toISOString(), attempts: receivesOf(record) },
      ...(httpStatus !== undefined && { http_status: httpStatus }),
      ...(reason !== undefined && { reason }),
    };
    if (!this.#isAllThatIsLeft(delivery)) this.#deps.memo.set(memoKey(record, channel), true);
    this.#notes.set(taskId, [...(this.#notes.get(taskId) ?? []), { record, delivery, fields }]);
  }

  /** A failure that no dead letter keeps. */
  #isAllThatIsLeft({ status }: Delivery): boolean {
    return status !== 'delivered' && !this.#deps.queue.keepsUndelivered;
  }

  async #writeNotes(taskId: string, notes: Note[], remainingMs: () => number): Promise<void> {
    const { results, queue, metrics, log } = this.#deps;
    const deliveries = notes.map(({ delivery }) => delivery);
    const failed = notes.filter(({ delivery }) => this.#isAllThatIsLeft(delivery));
    try {
      if (remainingMs() < WRITE_NEEDS_MS) throw new Error('no time left in this invocation');
      await results.recordDeliveries(taskId, deliveries);
    } catch (error) {
      const unrecorded = notes.length - failed.length;
      if (unrecorded > 0) metrics.add('DeliveriesUnrecorded', unrecorded);
      log.error(`${queue.name} deliveries not recorded`, { task_id: taskId, deliveries, error });
      await Promise.all(failed.map(({ record }) => this.postpone(record, error)));
      return;
    }
    for (const { delivery, fields } of failed) {
      metrics.add(queue.metrics.failed, 1);
      log.error(`${queue.name} record failed`, { ...fields, ...delivery });
    }
  }
}

function statusOf(kind: 'gone' | 'refused'): Delivery['status'] {
  return kind === 'gone' ? 'gone' : 'failed';
}

function memoKey({ messageId }: SQSRecord, channel: string): string {
  return `${messageId} ${channel}`;
}
