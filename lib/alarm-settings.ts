import * as z from 'zod';
import { whole } from './setting-kinds.ts';

/** Each shard is run once a minute, and the alarm counts over five. */
const RUNS_COUNTED = 5;

/** The values from which the alarms fire. */
export const alarmsSchema = z
  .strictObject({
    pollerErrors: whole(1, 1000).default(1).describe('Threshold: failed poller runs in 5 minutes.'),
    pollerThrottles: whole(1, 1000)
      .default(5)
      .describe('Threshold: starts of the poller that Lambda refuses in 5 minutes, retries included.'),
    pollerSilentMinutes: whole(5, 60)
      .default(10)
      .describe(
        'The alarm fires when a shard has no heartbeat in this many of the last minutes; the window is a quarter longer (10 of 13).',
      ),
    // The poller says nothing of tasks that are younger.
    oldestPendingMinutes: whole(10, 10_080)
      .default(60)
      .describe('Threshold: age of the oldest pending task, in minutes.'),
    notificationFailures: whole(1, 1000).default(1).describe('Threshold: failed notifications in 5 minutes.'),
    webhookFailures: whole(1, 1000).default(1).describe('Threshold: undeliverable webhooks in 5 minutes.'),
    oldestWaitingMinutes: whole(1, 1440)
      .default(60)
      .describe('Threshold: age of the oldest undelivered message of a queue, in minutes.'),
    apiRequests: whole(100, 1_000_000)
      .default(1500)
      .describe('Threshold: requests to the API in 5 minutes, refused ones included.'),
    apiClientErrors: whole(1, 1_000_000)
      .default(300)
      .describe('Threshold: API answers with status 4xx in 5 minutes, 429 included.'),
    apiServerErrors: whole(1, 10_000).default(5).describe('Threshold: API answers with status 5xx in 5 minutes.'),
  })
  .prefault({})
  .describe('Alarms, sent to the operator topic. An alarm fires when its threshold is reached.');

/** What the rules read of the settings. */
type AlarmSettings = { alarms: z.infer<typeof alarmsSchema>; shards: number; taskDeadlineHours: number };

/** Thresholds that a deployment with these settings can never reach. */
export function alarmProblems({ alarms, shards }: AlarmSettings): string[] {
  const most = RUNS_COUNTED * shards;
  if (alarms.pollerErrors <= most) return [];
  return [`alarms.pollerErrors: must be at most ${most}: with shards ${shards}, no more runs can fail in 5 minutes`];
}

/** A threshold that only tasks registered with a longer `deadline_seconds` can reach. */
export function alarmWarnings({ alarms, taskDeadlineHours }: AlarmSettings): string[] {
  const deadline = taskDeadlineHours * 60;
  if (alarms.oldestPendingMinutes < deadline) return [];
  return [
    `alarms.oldestPendingMinutes is ${alarms.oldestPendingMinutes}, but a task expires after taskDeadlineHours, ${deadline} minutes: ` +
      'OldestPendingTooOld fires only for tasks registered with a longer deadline_seconds. Set it below that.',
  ];
}
