import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { BoundedMap } from '../core/bounded-map.ts';
import type { DeadLetter } from '../core/dead-letter.ts';
import type { Log, MetricSink } from '../core/ports.ts';
import type { Settled } from './deliver-to-channel.ts';

/** Remembers which record is over for which channel, beyond one batch. */
export type DeliveryMemo = BoundedMap<true>;

export type RecordFatesDeps = { deadLetters: DeadLetter; memo: DeliveryMemo; metrics: MetricSink; log: Log };

/** What becomes of one batch's records: done, buried in the dead-letter queue, or given back. */
export type RecordFates = {
  isOver(record: SQSRecord, channel: string): boolean;
  /** Moves a record to the dead-letter queue, or gives it back where that fails too. Never throws. */
  bury(record: SQSRecord, reason: string, channel?: string): Promise<void>;
  settle(settled: Settled): Promise<void>;
  response(): SQSBatchResponse;
};

/** Keeps the books of one batch. */
export function createRecordFates({ deadLetters, memo, metrics, log }: RecordFatesDeps): RecordFates {
  const givenBack = new Set<string>();

  const giveBack = (record: SQSRecord, fields: Record<string, unknown>) => {
    givenBack.add(record.messageId);
    log.warn('slack record given back', { message_id: record.messageId, ...fields });
  };

  const bury = async (record: SQSRecord, reason: string, channel?: string) => {
    const fields = { reason, ...(channel === undefined ? {} : { channel }) };
    try {
      await deadLetters.send({ body: record.body, attributes: attributesOf(record, channel) }, reason);
    } catch {
      return giveBack(record, { ...fields, detail: 'the dead-letter queue did not take it' });
    }
    if (channel !== undefined) memo.set(memoKey(record, channel), true);
    metrics.add('NotificationFailures', 1);
    log.error('slack record dead-lettered', { message_id: record.messageId, ...fields });
  };

  const settle = async ({ ticket: { record, channel, event }, answer }: Settled) => {
    if (answer.kind === 'refused' || answer.kind === 'gone') return bury(record, answer.reason, channel);
    if (answer.kind !== 'delivered') {
      const reason = answer.kind === 'throttled' ? 'throttled' : answer.reason;
      return giveBack(record, { channel, reason });
    }
    memo.set(memoKey(record, channel), true);
    metrics.add('SlackDelivered', 1);
    log.info('slack record delivered', { channel, task_id: event.data.task_id });
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
function attributesOf({ messageAttributes }: SQSRecord, channel: string | undefined): Record<string, string> {
  const kept = Object.entries(messageAttributes ?? {}).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue]],
  );
  const { channel: asked, ...others }: Record<string, string> = Object.fromEntries(kept);
  const only = channel ?? asked;
  // First, because a queue takes ten attributes and the last ones are left out.
  return only === undefined ? others : { channel: only, ...others };
}
