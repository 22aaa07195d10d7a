import type * as z from 'zod/mini';

/** The part of an SQS record that is read here. */
export type QueueRecord = {
  body: string;
  messageAttributes?: Record<string, { stringValue?: string | undefined }>;
};

const MAX_REASON_UNITS = 200;

/** Why a body is no task event, by its fields and never by their values. */
export function describeMalformed({ issues }: z.core.$ZodError): string {
  const fields = issues.map(({ path }) => path.join('.')).filter((field) => field !== '');
  if (fields.length === 0) return 'the body is no JSON object';
  return `not a task event: ${fields.join(', ')}`.slice(0, MAX_REASON_UNITS);
}
