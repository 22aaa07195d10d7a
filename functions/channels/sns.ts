import { type MessageAttributeValue, PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import pLimit from 'p-limit';
import { MAX_SUBJECT_CHARS } from '../messages/alert.ts';
import { type Composed, composeAlerts, toReport } from '../messages/digest.ts';
import { createOperatorAlerter, type OperatorAlerter, type OperatorAlerterDeps } from '../messages/operator-alerter.ts';
import type { Publisher } from '../messages/publishers.ts';
import { type TaskEventOptions, toEventAttributes, toNotice, toTaskEvent } from '../messages/task-event.ts';
import { OUTCOMES, type Outcome } from '../names.ts';
import { StoreError } from '../tasks/errors.ts';
import type { Clock } from '../tasks/ports.ts';
import type { TaskResult } from '../tasks/result.ts';
import { cut, pack, toAscii, utf8Bytes } from '../tasks/safe-text.ts';

/** SNS: 10 entries and 256 KiB a PublishBatch, attributes included; 1 KiB is left unused. */
const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 255 * 1024;
const BATCHES_AT_ONCE = 4;
const MAX_OPERATOR_BODY_UNITS = 16_384;
/** Waits before entries that failed inside SNS are sent again. */
const RETRY_DELAYS_MS = [100, 400];

/** One message to a topic. No attribute value is empty; a list travels as `String.Array`. */
export type SnsMessage = {
  body: string;
  subject?: string;
  attributes: Record<string, string | string[]>;
};

export type SnsTopic = { client: SNSClient; topicArn: string; clock: Clock };

/** Publishes to a topic the messages that `compose` makes of a round of results. */
export function createSnsPublisher(
  topic: SnsTopic,
  compose: (results: readonly TaskResult[]) => Composed<SnsMessage>[],
): Publisher {
  return {
    async publish(results) {
      const composed = compose(results);
      const failed = await publishMessages(
        topic,
        composed.map(({ message }) => message),
      );
      return toReport(composed, failed);
    },
  };
}

/**
 * The messages of the topic for machines: one CloudEvent each, with attributes for filter policies. With the attribute
 * `channel` every subscriber but that channel passes it over.
 */
export function composeEvents(options: TaskEventOptions, channel?: string) {
  return (results: readonly TaskResult[]): Composed<SnsMessage>[] =>
    results.map((result) => {
      const attributes = { ...toEventAttributes(result), ...(channel !== undefined && { channel }) };
      return { message: { body: JSON.stringify(toTaskEvent(result, options)), attributes }, taskIds: [result.taskId] };
    });
}

/**
 * The messages of the topic for people: e-mail and SMS. The attribute `outcome` lists the outcomes that a message
 * announces, so that a subscription can ask for failures only.
 */
export function composeMails(options: TaskEventOptions, groups?: Outcome[][]) {
  return (results: readonly TaskResult[]): Composed<SnsMessage>[] => {
    const notices = results.map((result) => toNotice(result, options));
    return composeAlerts(notices, groups).map(({ message: { subject, body, outcomes }, taskIds }) => ({
      message: { subject, body, attributes: { outcome: outcomes } },
      taskIds,
    }));
  };
}

/** `failed,expired;succeeded`: the outcomes by who asked for them. What is not named is a group of its own. */
export function readAlertGroups(text: string | undefined): Outcome[][] | undefined {
  if (text === undefined) return undefined;
  const named = text.split(';').map((group) => OUTCOMES.filter((outcome) => group.split(',').includes(outcome)));
  const rest = OUTCOMES.filter((outcome) => !named.flat().includes(outcome));
  return [...named, rest].filter((group) => group.length > 0);
}

/** Publishes operator alerts to their topic, one per key and period; see `createOperatorAlerter`. */
export function createSnsOperatorAlerter(topic: SnsTopic & Omit<OperatorAlerterDeps, 'send'>): OperatorAlerter {
  return createOperatorAlerter({
    ...topic,
    async send({ subject, body }) {
      const message = {
        subject: toAscii(subject, MAX_SUBJECT_CHARS) || 'APIG notifier',
        body: cut(body, MAX_OPERATOR_BODY_UNITS),
        attributes: {},
      };
      const [reason] = (await publishMessages(topic, [message])).values();
      if (reason !== undefined) throw new Error(reason);
    },
  });
}

/**
 * Publishes in as few requests as count and bytes allow. Resolves to the reason for each message, by its index, that
 * SNS did not accept. Throws `StoreError` only when no request succeeded at all.
 */
async function publishMessages(topic: SnsTopic, messages: readonly SnsMessage[]): Promise<Map<number, string>> {
  const entries = messages.map(toEntry);
  const batches = pack(entries, { sizeOf: (entry) => entry.bytes, maxSize: MAX_BATCH_BYTES, maxCount: MAX_ENTRIES });
  const limit = pLimit(BATCHES_AT_ONCE);
  const ends = await Promise.all(batches.map((batch) => limit(() => publishBatch(topic, batch))));
  const failed = new Map(ends.flatMap((end) => [...end.failed]));
  const refused = ends.find((end) => end.cause !== undefined);
  if (refused && failed.size === messages.length) {
    throw new StoreError('Nothing could be published to the topic', { cause: refused.cause });
  }
  return failed;
}

type Entry = { index: number; bytes: number; message: SnsMessage };
type BatchEnd = { failed: Map<number, string>; cause?: unknown };
type Failure = { index: number; reason: string; isSenderFault: boolean };

async function publishBatch(topic: SnsTopic, batch: Entry[]): Promise<BatchEnd> {
  const failed = new Map<number, string>();
  let left = batch;
  try {
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      const failures = await sendBatch(topic, left);
      const again = delayMs === undefined ? [] : failures.filter(({ isSenderFault }) => !isSenderFault);
      for (const failure of failures) if (!again.includes(failure)) failed.set(failure.index, failure.reason);
      left = left.filter(({ index }) => again.some((failure) => failure.index === index));
      if (left.length === 0 || delayMs === undefined) break;
      await topic.clock.sleep(delayMs);
    }
    return { failed };
  } catch (cause) {
    for (const { index } of left) failed.set(index, reasonOf(cause));
    return { failed, cause };
  }
}

async function sendBatch({ client, topicArn }: SnsTopic, batch: Entry[]): Promise<Failure[]> {
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
