import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';

/** A call that hangs must not eat the invocation: it is retried on another connection instead. */
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

/** DynamoDB on keep-alive connections. Region, credentials and endpoint come from Lambda's environment. */
export const createDynamoClient = () => new DynamoDBClient({ requestHandler, maxAttempts: 4 });

/** SNS, likewise. */
export const createSnsClient = () => new SNSClient({ requestHandler, maxAttempts: 4 });
