import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { BoundedMap } from '../../tasks/bounded-map.ts';
import type { Clock, Log, MetricSink } from '../../tasks/ports.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { type DeliveryEnd, toDelivery } from '../delivery.ts';
import { textAttributesOf } from '../queue-record.ts';
import type { Settled } from './deliver-to-channel.ts';
import type { DeliveryNotes } from './delivery-notes.ts';

/** Remembers which record is over for which channel, beyond one batch. */
export type DeliveryMemo = BoundedMap<true>;

export type RecordFatesDeps = {
  deadLetters: DeadLetter;
  /** True when the queue will not bring a record again that is given back now. */
  isLastOffer(record: SQSRecord): boolean;
  memo: DeliveryMemo;
  notes: DeliveryNotes;
  metrics: MetricSink;
  log: Log;
  clock: Pick<Clock, 'now'>;
};

/** A record's end at one channel for the result of its task. */
export type ChannelEnd = DeliveryEnd & { taskId: string };

/** What becomes of one batch's records: done, buried in the dead-letter queue, or given back. */
export type RecordFates = {
  isOver(record: SQSRecord, channel: string): boolean;
  /** Moves a record to the dead-letter queue, or gives it back where that fails too. Never throws. */
  bury(record: SQSRecord, reason: string, end?: ChannelEnd): Promise<void>;
  settle(settled: Settled): Promise<void>;
  response(): SQSBatchResponse;
};

/** Keeps the books of one batch. */
export function createRecordFates(deps: RecordFatesDeps): RecordFates {
  const { deadLetters, isLastOffer, memo, notes, metrics, log, clock } = deps;
  const givenBack = new Set<string>();

  const giveBack = (record: SQSRecord, fields: Record<string, unknown>) => {
    givenBack.add(record.messageId);
    log.warn('slack record given back', { message_id: record.messageId, ...fields });
  };

  const conclude = (record: SQSRecord, { taskId, ...end }: ChannelEnd) => {
    memo.set(memoKey(record, end.channel), true);
    notes.add(taskId, toDelivery(record, end, clock.now()));
  };

  const bury = async (record: SQSRecord, reason: string, end?: ChannelEnd) => {
    const fields = { reason, ...(end && { channel: end.channel }) };
    try {
      await deadLetters.send({ body: record.body, attributes: attributesOf(record, end?.channel) }, reason);
    } catch {
      return giveBack(record, { ...fields, detail: 'the dead-letter queue did not take it' });
    }
    if (end) conclude(record, { ...end, reason });
    metrics.add('NotificationFailures', 1);
    log.error('slack record dead-lettered', { message_id: record.messageId, ...fields });
  };

  const settle = async ({ ticket: { record, channel, event }, answer }: Settled) => {
    const taskId = event.data.task_id;
    if (answer.kind === 'delivered') {
      conclude(record, { taskId, channel, status: 'delivered', httpStatus: answer.httpStatus });
      metrics.add('SlackDelivered', 1);
      log.info('slack record delivered', { channel, task_id: taskId });
      return;
    }
    const reason = answer.kind === 'throttled' ? 'throttled' : answer.reason;
    if (answer.kind === 'refused' || answer.kind === 'gone') {
      const status = answer.kind === 'gone' ? 'gone' : 'failed';
      return bury(record, reason, { taskId, channel, status, httpStatus: answer.httpStatus });
    }
    if (isLastOffer(record)) return bury(record, `gave up: ${reason}`, { taskId, channel, status: 'failed' });
    giveBack(record, { channel, reason });
  };

  const response = () => {
    if (givenBack.size > 0) metrics.add('SlackGivenBack', givenBack.size);
    return { batchItemFailures: [...givenBack].map((itemIdentifier) => ({ itemIdentifier })) };
  };

  return { isOver: (record, channel) => memo.get(memoKey(record, channel)) === true, bury, settle, response };
}

function memoKey({ messageId }: SQSRecord, channel: string): string {
  return `${messageId} ${channel}`;
}

/** The record's own attributes, and the channel that has still to hear of it: a redrive then goes there alone. */
function attributesOf(record: SQSRecord, channel: string | undefined): Record<string, string> {
  const { channel: asked, ...others } = textAttributesOf(record);
  const only = channel ?? asked;
  // First, because a queue takes ten attributes and the last ones are left out.
  return only === undefined ? others : { channel: only, ...others };
}
