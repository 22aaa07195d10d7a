import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type SqsQueue, sendMessage } from '../channels/sqs.ts';
import type { Wake, WakeQueue } from '../tasks/shards.ts';

/** Wakes as messages of an SQS queue that calls the poller. */
export function createSqsWakes(queue: SqsQueue): WakeQueue {
  return {
    send: ({ shard, dueMs }: Wake, delayS) => sendMessage(queue, JSON.stringify({ ...shard, dueMs }), delayS),
  };
}

type Environment = {
  AWS_REGION: string;
  WAKE_QUEUE_URL: string;
  AWS_ENDPOINT_URL?: string | undefined;
  AWS_ENDPOINT_URL_SQS?: string | undefined;
};

/** The wake queue of the environment, with the credentials of an SDK client. */
export function sqsQueueOf(env: Environment, { config }: Pick<DynamoDBClient, 'config'>): SqsQueue {
  const endpoint = env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL;
  return {
    region: env.AWS_REGION,
    queueUrl: env.WAKE_QUEUE_URL,
    credentials: config.credentials,
    ...(endpoint !== undefined && { endpoint }),
  };
}
