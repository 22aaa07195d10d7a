import type { FunctionName } from './bundle-functions.ts';
import type { FilesBucket } from './files-bucket.ts';
import type { ProfileParts } from './profile-parts.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { Tables } from './tables.ts';
import { alertGroups, type Topics } from './topics.ts';
import type { WakeQueue } from './wake-queue.ts';

/** Where each function's bundle lies. */
export type Bundles = Record<FunctionName, string>;

/** What the functions stand on, handed to each construct that has one. */
export type Backing = {
  settings: Settings;
  bundles: Bundles;
  tables: Tables;
  files: FilesBucket;
  secrets: Secrets;
  profileParts: ProfileParts;
  topics: Topics;
  wakes: WakeQueue;
};

/** When tasks are polled and expire, on which the poller and the API must agree. */
export function taskEnvironment(settings: Settings): Record<string, string | undefined> {
  return {
    POLL_MIN_INTERVAL_MS: settings.pollMinIntervalMs?.toString(),
    TASK_DEADLINE_MS: String(settings.taskDeadlineHours * 3_600_000),
    SHARDS: String(settings.shards),
  };
}

/** Where the poller and the API find tasks, results, files and parts of the profiles, and where they publish and send wakes. */
export function backingEnvironment(backing: Backing): Record<string, string | undefined> {
  const { settings, tables, files, profileParts, topics, wakes } = backing;
  return {
    PENDING_TABLE: tables.pending.tableName,
    RESULTS_TABLE: tables.results.tableName,
    RESULTS_BUCKET: files.bucketName,
    TASK_EVENTS_TOPIC_ARN: topics.events.topicArn,
    TASK_ALERTS_TOPIC_ARN: topics.alerts.topicArn,
    ALERT_GROUPS: alertGroups(settings.alertEmails),
    CHAT_TOPIC_ARN: topics.chat?.topicArn,
    PROFILE_PARTS_TABLE: profileParts.table.tableName,
    WAKE_QUEUE_URL: wakes.queue.queueUrl,
  };
}
