/** CloudWatch namespace of the functions' own metrics. Their one dimension, `service`, is the stack's name. */
export const METRICS_NAMESPACE = 'ApigTaskNotifier';

/** Metrics that the functions emit; dashboard and alarms read nothing else from the namespace. */
export const METRICS = {
  /** Tasks in the segment at an invocation's last sweep: once per invocation, so that a minute's sum is the total. */
  pending: 'PendingTasks',
  oldestPendingAge: 'OldestPendingAgeSeconds',
  polls: 'Polls',
  pollErrors: 'PollErrors',
  throttles: 'Throttles',
  profileBroken: 'ProfileBroken',
  /** Once per invocation that came to its end, also when nothing was pending, and so once a minute and shard: the dead man's switch. */
  sweepCompleted: 'SweepCompleted',
  detectionDelay: 'DetectionDelaySeconds',
  notificationsSent: 'NotificationsSent',
  notificationFailures: 'NotificationFailures',
} as const;

/** What became of the records in the queues, by their label on the dashboard. */
export const DELIVERY_METRICS = {
  'to Slack': 'SlackDelivered',
  'Slack: later': 'SlackGivenBack',
  'to webhooks': 'WebhookDelivered',
  'webhooks: later': 'WebhookRetries',
  'webhooks: never': 'WebhookFailed',
  'webhooks: unsigned': 'WebhookUnsigned',
  'webhooks: unreadable': 'WebhookDeadLettered',
  'not recorded': 'DeliveriesUnrecorded',
} as const;

/** Classes of faults; each has a metric `PollErrors_<class>` beside the total. */
export const FAULT_CLASSES = [
  'permanent',
  'unauthenticated',
  'forbidden',
  'not_found',
  'gateway_not_found',
  'throttled',
  'transient',
] as const;

/** How tasks end; each has a metric `Outcomes_<outcome>`. */
export const OUTCOMES = ['succeeded', 'partially_succeeded', 'failed', 'expired', 'not_found', 'rejected'] as const;
