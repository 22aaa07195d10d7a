// The names that the functions and the stack both use. This file imports nothing, so that either may import it.

/** CloudWatch namespace of the functions' own metrics. Their one dimension, `service`, is the stack's name. */
export const METRICS_NAMESPACE = 'ApigTaskNotifier';

/** Metrics that the functions emit; dashboard and alarms read nothing else from the namespace. */
export const METRICS = {
  /** Tasks in the shard at a run's last scan; left out while they are few and young. */
  pending: 'PendingTasks',
  oldestPendingAge: 'OldestPendingAgeSeconds',
  /** Requests of a run to Huawei Cloud; left out while they are few. */
  polls: 'Polls',
  pollErrors: 'PollErrors',
  throttles: 'Throttles',
  profileBroken: 'ProfileBroken',
  /** Pending rows that a scan skipped, in each scan: nobody polls their tasks. */
  unreadableRows: 'UnreadableRows',
  detectionDelay: 'DetectionDelaySeconds',
  notificationFailures: 'NotificationFailures',
} as const;

/** How the records in the queues ended, by their label on the dashboard. */
export const DELIVERY_METRICS = {
  'to channels': 'ChannelsDelivered',
  'channels: later': 'ChannelsGivenBack',
  'to webhooks': 'WebhookDelivered',
  'webhooks: later': 'WebhookRetries',
  'webhooks: never': 'WebhookFailed',
  'webhooks: unsigned': 'WebhookUnsigned',
  'webhooks: unreadable': 'WebhookDeadLettered',
  'not recorded': 'DeliveriesUnrecorded',
} as const;

/** Age of the oldest message that a queue's function gave back, counted from its first attempt: once an invocation that gave some back. */
export const WAITING_METRICS = {
  Channels: 'ChannelsOldestWaitingSeconds',
  Webhooks: 'WebhooksOldestWaitingSeconds',
} as const;

/** Classes of faults; each has a metric `PollErrors_<class>` beside the total. `classifyError` sorts into them. */
export const FAULT_CLASSES = [
  /** The request can never succeed (400). */
  'permanent',
  /** Credentials are refused (401, bad signature, IAM down or refusing): the profile is broken, not the task. */
  'unauthenticated',
  /** No permission (403 and its kin): permanent until a person acts. */
  'forbidden',
  /** The task is unknown to Huawei (404 APIG.3093), or belongs to another project (409 APIG.1149). */
  'not_found',
  /** The gateway, path or host is unknown (404, other codes). */
  'gateway_not_found',
  /** Slow down (429, APIG.9008). */
  'throttled',
  /** Passing: 409, 5xx, network, time-outs, unreadable answers. */
  'transient',
] as const;

/** What a fault means for the watched task. */
export type FaultClass = (typeof FAULT_CLASSES)[number];

/** How a watched task can end; each but the first has a metric `Outcomes_<outcome>`. */
export const OUTCOMES = ['succeeded', 'partially_succeeded', 'failed', 'expired', 'not_found', 'rejected'] as const;

/** How a watched task ended. */
export type Outcome = (typeof OUTCOMES)[number];

/** Every metric of the functions, so that no call invents one that nobody draws. */
export type MetricName =
  | (typeof METRICS)[keyof typeof METRICS]
  | (typeof DELIVERY_METRICS)[keyof typeof DELIVERY_METRICS]
  | (typeof WAITING_METRICS)[keyof typeof WAITING_METRICS]
  | `PollErrors_${FaultClass}`
  | `Outcomes_${Outcome}`;

/** The index of `TaskResults` that lists newest first: hash `listing`, range `completed_at`. */
export const NEWEST_INDEX = 'newest';

/** The one value of `listing`. */
export const LISTING = 'results';

/** What a listing shows. `result`, `deliveries` and `callback_url` stay out: they would cost the index a unit for each KB. */
export const LISTED_ATTRIBUTES = [
  'instance_id',
  'project_id',
  'profile',
  'label',
  'context',
  'group_name',
  'watch',
  'outcome',
  'task_type',
  'task_status',
  'registered_at',
  'registered_by',
  'polls',
  'summary',
  'first_failure',
  'error',
  'expires_at',
];

/** Whether a URL's `hostname` is this machine by name or number: the only place where plain http may go. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** The known name that a misspelt one is most like, or undefined where none is near. Case does not matter. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, edits: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(name.length > 4 ? 2 : 1, name.length / 3) || startAlike(wrong, name))
    .toSorted((a, b) => a.edits - b.edits);
  return best?.name;
}

/** Long enough that `fail` finds `failed`, and `success` finds `succeeded`. */
const COMMON_START = 4;

function startAlike(one: string, other: string): boolean {
  const start = one.slice(0, COMMON_START).toLowerCase();
  return start.length === COMMON_START && other.toLowerCase().startsWith(start);
}

/** How many letters have to be put in, taken out or changed to make one word of the other (Levenshtein). */
export function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= other.length; column++) {
      const changed = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
/** Index of `StartIntents` that holds the open ones alone. */
export const OPEN_INTENTS_INDEX = 'open';

/**
 * The folder of the bucket for files that are kept so long, like the results beside them: `90d`. S3 forgets files by folder
 * and age, so that each keeps the number of days under which it was stored.
 */
export function retentionFolder(days: number): string {
  return `${days}d`;
}
