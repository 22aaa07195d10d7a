import { StoreError } from '../tasks/errors.ts';
import { type AwsJsonService, callAwsJson } from './aws-json-call.ts';

const TIMEOUT_MS = 5_000;

export type SqsQueue = Pick<AwsJsonService, 'region' | 'credentials'> & {
  queueUrl: string;
  /** Of an emulator. Default: the origin of `queueUrl`. */
  endpoint?: string;
};

/** Calls one action on a queue and throws `StoreError` where it does not succeed (SQS API reference, JSON protocol). */
export async function callSqs(queue: SqsQueue, action: string, parameters: object): Promise<void> {
  const { queueUrl, region, credentials, endpoint = queueUrl } = queue;
  const api = { service: 'sqs', region, credentials, endpoint, timeoutMs: TIMEOUT_MS } as const;
  const { status } = await callAwsJson(api, `AmazonSQS.${action}`, { QueueUrl: queueUrl, ...parameters });
  if (status !== 200) throw new StoreError(`SQS answered ${action} with HTTP ${status}`);
}
