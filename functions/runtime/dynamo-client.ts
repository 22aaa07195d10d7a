import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { requestHandler } from './request-handler.ts';

/** DynamoDB on keep-alive connections. Region, credentials and endpoint come from Lambda's environment. */
export const createDynamoClient = () => new DynamoDBClient({ requestHandler, maxAttempts: 4 });
