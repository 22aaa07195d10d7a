import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../core/dead-letter.ts';
import { StoreError } from '../core/errors.ts';
import { cut, oneLine } from '../core/safe-text.ts';

/** SQS refuses more attributes than this on a message. */
const MAX_ATTRIBUTES = 10;
const MAX_VALUE_UNITS = 256;

/** Puts records onto an SQS queue, with `reason` as one more attribute. */
export function createSqsDeadLetter(client: Pick<SQSClient, 'send'>, queueUrl: string): DeadLetter {
  return {
    async send({ body, attributes }, reason) {
      const entries = [['reason', reason] as const, ...Object.entries(attributes).filter(([name]) => name !== 'reason')]
        .map(([name, value]) => [name, cut(oneLine(value), MAX_VALUE_UNITS)] as const)
        .filter(([, value]) => value !== '')
        .slice(0, MAX_ATTRIBUTES);
      const MessageAttributes = Object.fromEntries(
        entries.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      );
      try {
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageAttributes }));
      } catch (cause) {
        throw new StoreError('The dead-letter queue did not take a record', { cause });
      }
    },
  };
}
