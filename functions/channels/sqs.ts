import { AwsClient } from 'aws4fetch';
import { StoreError } from '../tasks/errors.ts';
import { cut, oneLine } from '../tasks/safe-text.ts';
import type { WakeQueue } from '../tasks/shards.ts';

/** For one call with all its attempts. */
const TIMEOUT_MS = 5_000;
const RETRIES = 3;
/** SQS refuses more attributes than this on a message. */
const MAX_ATTRIBUTES = 10;
const MAX_VALUE_UNITS = 256;

export type SqsQueue = {
  queueUrl: string;
  region: string;
  /** Asked before each call, for instance `client.config.credentials` of any SDK client. */
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
  /** Of an emulator. Default: the origin of `queueUrl`. */
  endpoint?: string | undefined;
};

/** Where records go that no retry can help. */
export interface DeadLetters {
  /**
   * Keeps a record with its text attributes; `channel` among them makes a later redrive go to that channel alone.
   * `reason` is for the person who finds it; it never holds an address or a secret. Throws `StoreError`.
   */
  send(record: { body: string; attributes: Record<string, string> }, reason: string): Promise<void>;
}

/** Puts records onto an SQS queue, with `reason` as their first attribute. */
export function createSqsDeadLetters(queue: SqsQueue): DeadLetters {
  return {
    send: ({ body, attributes }, reason) =>
      callSqs(queue, 'SendMessage', { MessageBody: body, MessageAttributes: toAttributes(attributes, reason) }),
  };
}

/** Hides a received message for `delayMs`: Lambda leaves its visibility alone when it is given back. Throws `StoreError`. */
export async function delayMessage(queue: SqsQueue, receiptHandle: string, delayMs: number): Promise<void> {
  const VisibilityTimeout = Math.ceil(delayMs / 1000);
  await callSqs(queue, 'ChangeMessageVisibility', { ReceiptHandle: receiptHandle, VisibilityTimeout });
}

/** Wakes as messages of a queue that calls the poller. */
export function createSqsWakes(queue: SqsQueue): WakeQueue {
  return {
    send: ({ shard, dueMs }, DelaySeconds) =>
      callSqs(queue, 'SendMessage', { MessageBody: JSON.stringify({ ...shard, dueMs }), DelaySeconds }),
  };
}

/**
 * One signed action on a queue (SQS API reference, JSON protocol), tried again after 429 and 5xx. Throws `StoreError` where
 * there is no answer, or a refusal. A client of the SDK would be 25 to 30 kB in a bundle of 300.
 */
async function callSqs(queue: SqsQueue, action: string, parameters: object): Promise<void> {
  const { queueUrl, region, credentials, endpoint = queueUrl } = queue;
  const status = await post();
  if (status !== 200) throw new StoreError(`SQS answered ${action} with HTTP ${status}`);

  async function post(): Promise<number> {
    try {
      const client = new AwsClient({ ...(await credentials()), region, service: 'sqs', retries: RETRIES });
      const response = await client.fetch(new URL('/', endpoint), {
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
        body: JSON.stringify({ QueueUrl: queueUrl, ...parameters }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      return response.status;
    } catch (cause) {
      throw new StoreError(`sqs cannot be reached for ${action}`, { cause });
    }
  }
}

type Attribute = { DataType: 'String'; StringValue: string };

function toAttributes(attributes: Record<string, string>, reason: string): Record<string, Attribute> {
  const others = Object.entries(attributes).filter(([name]) => name !== 'reason');
  const entries = [['reason', reason] as const, ...others]
    .map(([name, value]) => [name, cut(oneLine(value), MAX_VALUE_UNITS)] as const)
    .filter(([, value]) => value !== '')
    .slice(0, MAX_ATTRIBUTES);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { DataType: 'String' as const, StringValue: value }]),
  );
}
