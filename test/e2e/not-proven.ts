import type { Report } from './report.ts';

/** Where AWS is more, or other, than MiniStack 1.5.33: the stack keeps what is right for AWS, and here is what that leaves open. */
export const NOT_PROVEN = [
  'that a secret’s Ref is its ARN and PublishBatch asks for sns:Publish: MiniStack says otherwise, and is mended at its start',
  'that the functions’ log lines become metrics: it reads no embedded metric format, so the alarm was rung by a metric put by hand',
  'that the alarm for a silent poller fires: missing data are never judged',
  'that Lambda lets the poller wake itself again and again: the loop detection that RecursiveLoop switches off is not there',
  'that the alarm for unread wakes fires: the emulator has no metrics of queues and schedules',
  'that KMS encrypts the topics and the parts of the profiles, and that the key’s policy lets the functions, DynamoDB, SNS and the alarms use it',
  'that the roles of EventBridge Scheduler and of the queues’ feeds suffice: only calls of the functions themselves are judged by IAM',
  'that dynamodb:LeadingKeys keeps the alert memory, and each reader of a part of the profiles, to its own rows: the condition is not known there',
  'GET /health: MiniStack answers that path itself',
  'that TTL deletes expired results, lifecycle rules expired files, and point-in-time recovery restores a table',
  'that e-mail arrives, and that an address confirms its subscription',
  'that API Gateway throttles and writes its access log',
  'that Lambda runs on arm64 within its memory, time-out and payload limits: the bundles run on this machine’s Node',
  'that dead letters fill: nothing failed for good in this run',
];

/** Says by name what this run could not show. */
export function printNotProven(report: Report): void {
  for (const each of NOT_PROVEN) report.note(`not proven by the emulator: ${each}`);
}
