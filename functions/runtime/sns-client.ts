import { SNSClient } from '@aws-sdk/client-sns';
import { requestHandler } from './request-handler.ts';

/** SNS on keep-alive connections. Region, credentials and endpoint come from Lambda's environment. */
export const createSnsClient = () => new SNSClient({ requestHandler, maxAttempts: 4 });
