import { AwsClient } from 'aws4fetch';
import type { DeadLetter } from '../core/dead-letter.ts';
import { StoreError } from '../core/errors.ts';
import { cut, oneLine } from '../core/safe-text.ts';

/** SQS refuses more attributes than this on a message. */
const MAX_ATTRIBUTES = 10;
const MAX_VALUE_UNITS = 256;
const TIMEOUT_MS = 5_000;
const RETRIES = 3;

export type SqsDeadLetterOptions = {
  queueUrl: string;
  region: string;
  /** Asked before each record, for instance `client.config.credentials` of any SDK client. */
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
  /** Of an emulator. Default: the origin of `queueUrl`. */
  endpoint?: string;
};

/**
 * Puts records onto an SQS queue, with `reason` as their first attribute. One signed request instead of
 * `@aws-sdk/client-sqs`, which would be 25 kB in a bundle of 300 (SQS API reference, "SendMessage", JSON protocol).
 */
export function createSqsDeadLetter(options: SqsDeadLetterOptions): DeadLetter {
  return {
    async send({ body, attributes }, reason) {
      const status = await sendMessage(options, {
        QueueUrl: options.queueUrl,
        MessageBody: body,
        MessageAttributes: toAttributes(attributes, reason),
      });
      if (status !== 200) throw new StoreError(`The dead-letter queue answered HTTP ${status}`);
    },
  };
}

async function sendMessage(options: SqsDeadLetterOptions, message: object): Promise<number> {
  const { queueUrl, region, credentials, endpoint = queueUrl } = options;
  try {
    const client = new AwsClient({ ...(await credentials()), region, service: 'sqs', retries: RETRIES });
    const response = await client.fetch(new URL('/', endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response.status;
  } catch (cause) {
    throw new StoreError('The dead-letter queue cannot be reached', { cause });
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
