import * as z from 'zod';
import { whole } from './setting-kinds.ts';

/** Each shard is run once a minute, and the alarm counts over five. */
const RUNS_COUNTED = 5;

/** From which values on the alarms ring. */
export const alarmsSchema = z
  .strictObject({
    pollerErrors: whole(1, 1000).default(1).describe('Failed poller runs in 5 minutes that raise the alarm.'),
    pollerThrottles: whole(1, 1000)
      .default(5)
      .describe('Starts of the poller that Lambda refuses in 5 minutes, repeated ones included, that raise the alarm.'),
    pollerSilentMinutes: whole(5, 60)
      .default(10)
      .describe('Minutes in which a shard completed no sweep that raise the alarm, out of a quarter more.'),
    oldestPendingMinutes: whole(1, 10_080)
      .default(60)
      .describe('Age of the oldest pending task that raises the alarm.'),
    notificationFailures: whole(1, 1000).default(1).describe('Failed notifications in 5 minutes that raise the alarm.'),
    webhookFailures: whole(1, 1000).default(1).describe('Webhooks given up in 5 minutes that raise the alarm.'),
    apiServerErrors: whole(1, 10_000).default(5).describe('API answers of 5xx in 5 minutes that raise the alarm.'),
  })
  .prefault({})
  .describe('Thresholds of the alarms, which go to the operator topic.');

/** What the rules read of the settings. */
type AlarmSettings = { alarms: z.infer<typeof alarmsSchema>; shards: number; taskDeadlineHours: number };

/** Thresholds that no deployment with the rest of these settings can reach. */
export function alarmProblems({ alarms, shards }: AlarmSettings): string[] {
  const most = RUNS_COUNTED * shards;
  if (alarms.pollerErrors <= most) return [];
  return [`alarms.pollerErrors: must be at most ${most}: with shards ${shards}, no more runs can fail in 5 minutes`];
}

/** A threshold that is reached by nothing but tasks that were registered with a longer deadline of their own. */
export function alarmWarnings({ alarms, taskDeadlineHours }: AlarmSettings): string[] {
  const deadline = taskDeadlineHours * 60;
  if (alarms.oldestPendingMinutes < deadline) return [];
  return [
    `alarms.oldestPendingMinutes is ${alarms.oldestPendingMinutes}, but a task expires after taskDeadlineHours, ${deadline} minutes: ` +
      'OldestPendingTooOld rings only for tasks with a longer deadline_seconds of their own. Set it below that.',
  ];
}
