import { AwsClient } from 'aws4fetch';
import { StoreError } from '../core/errors.ts';

const TIMEOUT_MS = 5_000;
const RETRIES = 3;

export type SqsQueue = {
  queueUrl: string;
  region: string;
  /** Asked before each call, for instance `client.config.credentials` of any SDK client. */
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
  /** Of an emulator. Default: the origin of `queueUrl`. */
  endpoint?: string;
};

/**
 * Calls one action on a queue and throws `StoreError` where it does not succeed. One signed request instead of
 * `@aws-sdk/client-sqs`, which would be 25 kB in a bundle of 300 (SQS API reference, JSON protocol).
 */
export async function callSqs(queue: SqsQueue, action: string, parameters: object): Promise<void> {
  const status = await request(queue, action, parameters).catch((cause: unknown) => {
    throw new StoreError(`SQS cannot be reached for ${action}`, { cause });
  });
  if (status !== 200) throw new StoreError(`SQS answered ${action} with HTTP ${status}`);
}

async function request(queue: SqsQueue, action: string, parameters: object): Promise<number> {
  const { queueUrl, region, credentials, endpoint = queueUrl } = queue;
  const client = new AwsClient({ ...(await credentials()), region, service: 'sqs', retries: RETRIES });
  const response = await client.fetch(new URL('/', endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify({ QueueUrl: queueUrl, ...parameters }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.arrayBuffer();
  return response.status;
}
