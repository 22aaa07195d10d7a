import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The emulator's only account; MiniStack takes `test` for its root user. */
export const ACCOUNT = '000000000000';
export const REGION = 'eu-west-1';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export type Aws = ReturnType<typeof createAws>;

/** Clients that speak to the emulator and to nothing else. */
export function createAws(endpoint: string, credentials = CREDENTIALS) {
  const config = { endpoint, region: REGION, credentials, maxAttempts: 1 };
  return {
    cloudFormation: new CloudFormationClient(config),
    cloudWatch: new CloudWatchClient(config),
    dynamo: new DynamoDBClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    scheduler: new SchedulerClient(config),
    secrets: new SecretsManagerClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
  };
}
