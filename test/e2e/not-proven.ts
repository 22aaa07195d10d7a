import type { Report } from './report.ts';

/** Where AWS is more, or other, than MiniStack 1.5.33: the stack keeps what is right for AWS, and here is what that leaves open. */
const NOT_PROVEN = [
  'that CloudWatch alarms ring: the emulator creates them, and judges no metric',
  'that KMS encrypts the topics, and that its key policy lets SNS and the alarms use the key',
  'that TTL deletes expired results, and point-in-time recovery restores a table',
  'that e-mail and SMS arrive, and that a subscription is confirmed',
  'that API Gateway throttles, writes its access log and keeps CORS off',
  'that Lambda runs on arm64 with the memory of the settings: the functions run on this machine’s Node 24',
  'two of the emulator’s answers, mended at its start: a secret’s Ref is its ARN, and PublishBatch asks for sns:Publish',
];

/** Says by name what this run could not show. */
export function printNotProven(report: Report): void {
  for (const each of NOT_PROVEN) report.note(`not proven by the emulator: ${each}`);
}
