import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createS3FileStore } from '../stores/s3-file-store.ts';
import { systemClock as clock } from './system-clock.ts';

type Files = {
  RESULTS_BUCKET: string;
  AWS_REGION: string;
  AWS_ENDPOINT_URL_S3?: string | undefined;
  AWS_ENDPOINT_URL?: string | undefined;
};

/** The results bucket, with the credentials that an SDK client of this process has already. */
export function createFileStore(env: Files, { config }: DynamoDBClient) {
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  return createS3FileStore({
    bucket: env.RESULTS_BUCKET,
    region: env.AWS_REGION,
    credentials: config.credentials,
    clock,
    ...(endpoint !== undefined && { endpoint }),
  });
}
