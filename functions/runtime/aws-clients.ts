import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { createSqsWakes } from '../channels/sqs.ts';
import { createS3FileStore } from '../stores/s3-file-store.ts';
import type { WakeQueue } from '../tasks/shards.ts';
import { systemClock as clock } from './system-clock.ts';

/** For every SDK client: a call that hangs must not eat the invocation, it is retried on another connection instead. */
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

/** DynamoDB on keep-alive connections. Region, credentials and endpoint come from Lambda's environment. */
export const createDynamoClient = () => new DynamoDBClient({ requestHandler, maxAttempts: 4 });

/** DynamoDB for a function that has a batch to answer for: a call takes 2 s at most, with its one repetition. */
export const createBriefDynamoClient = () =>
  new DynamoDBClient({ requestHandler: { ...requestHandler, requestTimeout: 900 }, maxAttempts: 2 });

/** SNS on keep-alive connections. Region, credentials and endpoint come from Lambda's environment. */
export const createSnsClient = () => new SNSClient({ requestHandler, maxAttempts: 4 });

/**
 * Secrets Manager on keep-alive connections. Region, credentials and endpoint come from Lambda's environment.
 * It gives up sooner than the others: a request to the API may need two secrets, and the last ones can serve.
 */
export const createSecretsClient = () =>
  new SecretsManagerClient({ requestHandler: { ...requestHandler, requestTimeout: 2_000 }, maxAttempts: 3 });

type Files = {
  RESULTS_BUCKET: string;
  RESULT_RETENTION_DAYS?: number;
  AWS_REGION: string;
  AWS_ENDPOINT_URL_S3?: string | undefined;
  AWS_ENDPOINT_URL?: string | undefined;
};

/** The results bucket, with the credentials that an SDK client of this process has already. */
export function createFileStore(env: Files, { config }: DynamoDBClient) {
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  return createS3FileStore({
    bucket: env.RESULTS_BUCKET,
    keepDays: env.RESULT_RETENTION_DAYS,
    region: env.AWS_REGION,
    credentials: config.credentials,
    clock,
    ...(endpoint !== undefined && { endpoint }),
  });
}

type Wakes = {
  WAKE_QUEUE_URL: string;
  AWS_REGION: string;
  AWS_ENDPOINT_URL_SQS?: string | undefined;
  AWS_ENDPOINT_URL?: string | undefined;
};

/** The queue that wakes the poller, with the same credentials. */
export function createWakeQueue(env: Wakes, { config }: DynamoDBClient): WakeQueue {
  const endpoint = env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL;
  return createSqsWakes({
    queueUrl: env.WAKE_QUEUE_URL,
    region: env.AWS_REGION,
    credentials: config.credentials,
    endpoint,
  });
}
