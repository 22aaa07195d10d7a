import type * as z from 'zod/mini';

/** The part of an SQS record that is read here. */
export type QueueRecord = {
  body: string;
  messageAttributes?: Record<string, { stringValue?: string | undefined }>;
};

/** What a queue counts for each of its records. */
export type ReceivedRecord = { attributes: { ApproximateReceiveCount?: string } };

const MAX_REASON_UNITS = 200;

/** How often the queue has handed the record out, this time included. */
export function receivesOf({ attributes }: ReceivedRecord): number {
  return Number(attributes.ApproximateReceiveCount) || 1;
}

/** The record's own attributes, for whoever passes it on. */
export function textAttributesOf({
  messageAttributes,
}: Pick<QueueRecord, 'messageAttributes'>): Record<string, string> {
  const texts = Object.entries(messageAttributes ?? {}).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue]],
  );
  return Object.fromEntries(texts);
}

/** Why a body is no task event, by its fields and never by their values. */
export function describeMalformed({ issues }: z.core.$ZodError): string {
  const fields = issues.map(({ path }) => path.join('.')).filter((field) => field !== '');
  if (fields.length === 0) return 'the body is no JSON object';
  return `not a task event: ${fields.join(', ')}`.slice(0, MAX_REASON_UNITS);
}
