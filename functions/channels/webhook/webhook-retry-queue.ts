import { callSqs, type SqsQueue } from '../sqs-call.ts';
import type { RetryQueue } from './webhook.ts';

/** Delays a message of an SQS queue by its visibility. Lambda leaves that alone for a record that is given back. */
export function createSqsRetryQueue(queue: SqsQueue): RetryQueue {
  return {
    delay: (receiptHandle, delayMs) =>
      callSqs(queue, 'ChangeMessageVisibility', {
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.ceil(delayMs / 1000),
      }),
  };
}
