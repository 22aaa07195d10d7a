import type { SQSRecord } from 'aws-lambda';
import type { Attempt } from './delivery-queue.ts';
import type { LocalEvent } from './local-publishers.ts';

/** The attempt as the record of an SQS queue that a topic feeds with raw delivery. The id is also its receipt. */
export function toQueueRecord(
  id: string,
  { message: { event, attributes }, ...attempt }: Attempt<LocalEvent>,
): SQSRecord {
  const messageAttributes = Object.entries(attributes).map(([name, stringValue]) => [
    name,
    { dataType: 'String', stringValue },
  ]);
  return {
    messageId: id,
    receiptHandle: id,
    body: JSON.stringify(event),
    attributes: {
      ApproximateReceiveCount: `${attempt.attempts + 1}`,
      ApproximateFirstReceiveTimestamp: `${attempt.firstAtMs}`,
    },
    messageAttributes: Object.fromEntries(messageAttributes),
  } as unknown as SQSRecord;
}
