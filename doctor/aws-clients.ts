import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** What differs from the shell's own AWS settings; nothing, outside of tests. */
export type AwsSettings = {
  region?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
};

export type AwsClients = ReturnType<typeof createAwsClients>;

const COMMON = { maxAttempts: 2, requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 } };

/** One client per service that the doctor asks. `noteDate` hears the `Date` header of CloudFormation's answers. */
export function createAwsClients(settings: AwsSettings, noteDate: (source: string, date: unknown) => void) {
  const config = { ...COMMON, ...settings };
  const cloudFormation = new CloudFormationClient(config);
  // Next to the wire, so that errors are seen too.
  cloudFormation.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      noteDate('AWS', dateOf(result.response));
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteDate' },
  );
  return {
    cloudFormation,
    cloudWatch: new CloudWatchClient(config),
    dynamo: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    scheduler: new SchedulerClient(config),
    secrets: new SecretsManagerClient(config),
    sns: new SNSClient(config),
    // The regional endpoint, or the one that the shell names, whatever host a queue's URL has.
    sqs: new SQSClient({ ...config, useQueueUrlAsEndpoint: false }),
  };
}

function dateOf(response: unknown): unknown {
  const { headers } = response as { headers?: Record<string, string> };
  return headers?.date;
}
