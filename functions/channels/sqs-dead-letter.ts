import { cut, oneLine } from '../tasks/safe-text.ts';
import type { DeadLetter } from './dead-letter.ts';
import { callSqs, type SqsQueue } from './sqs-call.ts';

/** SQS refuses more attributes than this on a message. */
const MAX_ATTRIBUTES = 10;
const MAX_VALUE_UNITS = 256;

/** Puts records onto an SQS queue, with `reason` as their first attribute. */
export function createSqsDeadLetter(queue: SqsQueue): DeadLetter {
  return {
    send: ({ body, attributes }, reason) =>
      callSqs(queue, 'SendMessage', { MessageBody: body, MessageAttributes: toAttributes(attributes, reason) }),
  };
}

type Attribute = { DataType: 'String'; StringValue: string };

function toAttributes(attributes: Record<string, string>, reason: string): Record<string, Attribute> {
  const others = Object.entries(attributes).filter(([name]) => name !== 'reason');
  const entries = [['reason', reason] as const, ...others]
    .map(([name, value]) => [name, cut(oneLine(value), MAX_VALUE_UNITS)] as const)
    .filter(([, value]) => value !== '')
    .slice(0, MAX_ATTRIBUTES);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { DataType: 'String' as const, StringValue: value }]),
  );
}
