import { type MessageAttributeValue, PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import pLimit from 'p-limit';
import { pack } from '../../messages/pack.ts';
import type { PublishReport } from '../../messages/publishers.ts';
import { StoreError } from '../../tasks/errors.ts';
import type { Clock } from '../../tasks/ports.ts';
import { utf8Bytes } from '../../tasks/safe-text.ts';

/** SNS: 10 entries and 256 KiB a PublishBatch, attributes included; 1 KiB is left alone. */
const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 255 * 1024;
const BATCHES_AT_ONCE = 4;
/** Waits before entries that SNS itself failed are sent again. */
const RETRY_DELAYS_MS = [100, 400];

/** One message to a topic. No attribute value is empty; a list travels as `String.Array`. */
export type SnsMessage = {
  body: string;
  subject?: string;
  attributes: Record<string, string | string[]>;
};

export type SnsDeps = { client: SNSClient; topicArn: string; clock: Clock };

/**
 * Publishes in as few requests as count and bytes allow. Resolves to the reason of each message, by its index, that
 * SNS did not take. Throws `StoreError` only when no request succeeded at all.
 */
export async function publishMessages(deps: SnsDeps, messages: readonly SnsMessage[]): Promise<Map<number, string>> {
  const entries = messages.map(toEntry);
  const batches = pack(entries, { sizeOf: (entry) => entry.bytes, maxSize: MAX_BATCH_BYTES, maxCount: MAX_ENTRIES });
  const limit = pLimit(BATCHES_AT_ONCE);
  const ends = await Promise.all(batches.map((batch) => limit(() => publishBatch(deps, batch))));
  const failed = new Map(ends.flatMap((end) => [...end.failed]));
  const refused = ends.find((end) => end.cause !== undefined);
  if (refused && failed.size === messages.length) {
    throw new StoreError('Nothing could be published to the topic', { cause: refused.cause });
  }
  return failed;
}

/** Names the tasks of the messages that failed; `taskIds` has those of each message, by its index. */
export function toPublishReport(failed: ReadonlyMap<number, string>, taskIds: readonly string[][]): PublishReport {
  const perMessage = [...failed].map(([index, reason]) => (taskIds[index] ?? []).map((taskId) => ({ taskId, reason })));
  return { failed: perMessage.flat() };
}

type Entry = { index: number; bytes: number; message: SnsMessage };
type BatchEnd = { failed: Map<number, string>; cause?: unknown };
type Failure = { index: number; reason: string; isSenderFault: boolean };

async function publishBatch(deps: SnsDeps, batch: Entry[]): Promise<BatchEnd> {
  const failed = new Map<number, string>();
  let left = batch;
  try {
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      const failures = await sendBatch(deps, left);
      const again = delayMs === undefined ? [] : failures.filter(({ isSenderFault }) => !isSenderFault);
      for (const failure of failures) if (!again.includes(failure)) failed.set(failure.index, failure.reason);
      left = left.filter(({ index }) => again.some((failure) => failure.index === index));
      if (left.length === 0 || delayMs === undefined) break;
      await deps.clock.sleep(delayMs);
    }
    return { failed };
  } catch (cause) {
    for (const { index } of left) failed.set(index, reasonOf(cause));
    return { failed, cause };
  }
}

async function sendBatch({ client, topicArn }: SnsDeps, batch: Entry[]): Promise<Failure[]> {
  const answer = await client.send(
    new PublishBatchCommand({
      TopicArn: topicArn,
      PublishBatchRequestEntries: batch.map(({ index, message }) => ({
        Id: String(index),
        Message: message.body,
        ...(message.subject === undefined ? {} : { Subject: message.subject }),
        MessageAttributes: toMessageAttributes(message),
      })),
    }),
  );
  return (answer.Failed ?? []).map((failure) => ({
    index: Number(failure.Id),
    reason: [failure.Code, failure.Message].filter(Boolean).join(': '),
    isSenderFault: failure.SenderFault ?? false,
  }));
}

function toEntry(message: SnsMessage, index: number): Entry {
  const attributes = Object.entries(toMessageAttributes(message));
  const attributeBytes = attributes.map(([name, { DataType, StringValue }]) =>
    utf8Bytes(`${name}${DataType}${StringValue}`),
  );
  const bytes = utf8Bytes(message.body) + utf8Bytes(message.subject ?? '');
  return { index, message, bytes: attributeBytes.reduce((sum, one) => sum + one, bytes) };
}

function toMessageAttributes({ attributes }: SnsMessage): Record<string, MessageAttributeValue> {
  const values = Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === 'string'
      ? { DataType: 'String', StringValue: value }
      : { DataType: 'String.Array', StringValue: JSON.stringify(value) },
  ]);
  return Object.fromEntries(values);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
}
