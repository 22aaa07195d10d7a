import { OUTCOMES } from '../../names.ts';

// For the document alone: the Lambda carries openapi.json, not this file.

type Sentences = Record<string, string>;

const identity: Sentences = {
  task_id: 'The id that Huawei Cloud gave when it started the import or export.',
  instance_id: 'The API gateway (dedicated instance) that the task runs on.',
  project_id: 'The Huawei Cloud project that the gateway is in.',
  profile: 'The name of the credentials that the task is polled with.',
  label: 'What the requester calls the task, in messages and filters.',
  callback_origin:
    'Scheme, host and port of the `callback_url`; its path and query may hold a secret and are not shown.',
  registered_at: 'When the task was registered.',
};

const registration: Sentences = {
  task_id: identity.task_id ?? '',
  instance_id: `${identity.instance_id} Default: the profile's own gateway, where it has one.`,
  project_id: `${identity.project_id} Default: the profile's.`,
  profile: `${identity.profile} Default: \`default\`.`,
  label: `${identity.label} Printable, and not only spaces.`,
  deadline_seconds:
    'Seconds after which a task that is not over ends as `expired`. Default: what the deployment is set to, 24 hours if nothing else.',
  callback_url:
    'An https address that the final event is posted to, signed with the `webhook_secrets` of the profile. Refused where it could never be delivered to.',
};

const { task_id: _, ...changeable } = registration;

const listed: Sentences = {
  ...identity,
  state: '`final`: nothing about the task changes any more, but for `deliveries`.',
  outcome:
    'How the watched task ended. `expired`, `not_found` and `rejected` are ends of the watching, not of the task.',
  task_type: '`import_api`, `export_api`, or another word of Huawei Cloud; absent where it never answered.',
  task_status: 'The last `task_status` as Huawei Cloud said it.',
  completed_at: 'When the end was seen.',
  polls: 'How often Huawei Cloud was asked.',
  summary: 'The counts that a person reads first.',
  error: 'Why the task failed, or what the last poll ran into.',
  deliveries: 'The last 20 ends of handing the event to Slack channels and to the `callback_url`.',
  expires_at: 'When the result is deleted.',
};

/** One sentence for each field, by component. */
export const FIELDS: Record<string, Sentences> = {
  Registration: registration,
  WatchAgain: changeable,
  Batch: { tasks: 'One to a hundred registrations. Each is judged by itself: a bad one does not fail the rest.' },
  Notification: {
    channel:
      'One receiver instead of everybody: `webhook`, or the name of a Slack channel. The API does not know the Slack channels of a deployment in AWS: a name that is not among them is accepted, then dropped with a line in the log of the Slack function.',
  },
  NotificationAnswer: {
    task_id: identity.task_id ?? '',
    event_id: 'The `id` of the CloudEvent: the same at each repeat of one end, so that receivers can drop repeats.',
    channel: 'The one receiver, where the request named it.',
  },
  PendingTask: {
    ...identity,
    state: '`pending`: the task is being watched.',
    status:
      'The `task_status` that Huawei Cloud last gave to the process that answers; `waiting` where it gave none yet.',
    deadline_at: 'When the task ends as `expired` if it is not over by then.',
    next_poll_at:
      'An estimate of when Huawei Cloud is asked next: the poller may have learned a better moment, and asks for a ' +
      'profile that is refused every 5 minutes only.',
    last_error: 'Why the last poll learned nothing; absent where it did.',
  },
  FinalTask: { ...listed, result: 'What Huawei Cloud answered, parsed; what the parser does not know is kept.' },
  ListedResult: listed,
  Summary: {
    created: 'APIs that an import created.',
    updated: 'APIs that an import changed.',
    failed: 'APIs that an import could not create or change.',
    ignored: 'APIs that an import left alone.',
    group_id: 'The API group that was imported into.',
    file_name: 'The name of the exported document.',
    size_bytes: 'The size of the exported document.',
  },
  TaskError: {
    code: 'An `error_code` of Huawei Cloud, or one of ours, such as `TIMEOUT` or `CONNECTION`.',
    message: 'What went wrong, for a person.',
    request_id: "Huawei Cloud's `X-Request-Id`, for a support ticket.",
    http_status: 'The HTTP status that Huawei Cloud answered with.',
  },
  Delivery: {
    channel: '`webhook`, or the name of a Slack channel.',
    status: '`delivered`; `failed` for good; `gone`: the receiver wants no more.',
    at: 'When that was.',
    attempts: 'Tries up to this end.',
    http_status: "The receiver's HTTP status, where it answered.",
    reason: 'Why it was not delivered.',
  },
  TaskPage: {
    items: 'Tasks, newest first: those that are pending, then those that are final.',
    next_cursor: 'The `cursor` of the next page; absent on the last.',
  },
  BatchAnswer: { tasks: 'One answer for each entry, in the order of the request.' },
  BatchEntryAnswer: {
    task_id: 'The id of the entry, where it has one.',
    status: 'The HTTP status that `POST /tasks` would have answered with.',
    task: 'The task, for 200 and 202. A final one is without its `result`, as in a listing, once the results before it take 1.5 MB: `GET /tasks/{task_id}` has it.',
    problem: 'What is wrong with the entry, for every other status.',
  },
  Health: { status: 'Always `ok`.' },
  Problem: {
    type: '`urn:apig-task-notifier:problem:…` for a kind of problem that a program may want to tell apart, else `about:blank`.',
    title: 'The kind of problem, for a person.',
    status: 'The HTTP status again.',
    detail: 'What to change, or what happened.',
    instance: 'The path of the request.',
    errors: 'Each thing to change: in the body (`pointer`), or in the path or query (`parameter`).',
    request_id: 'For a 5xx: what the service logged it under.',
  },
};

/** One sentence for each parameter, by name. */
export const PARAMETERS: Sentences = {
  task_id: identity.task_id ?? '',
  state: 'Only tasks in this state.',
  outcome: `Only final tasks that ended so: ${OUTCOMES.join(', ')}.`,
  instance_id: 'Only tasks of this gateway.',
  label: 'Only tasks with exactly this label.',
  limit: 'Tasks on a page.',
  cursor: '`next_cursor` of the page before, with the same filters.',
};

/** One sentence for each kind of result. */
export const RESULT_KINDS: Sentences = {
  import: 'What an import did, API by API.',
  export: 'What an export made; the document itself is at `definition_url`.',
  failure: 'What Huawei Cloud says of a task that failed.',
  none: 'Huawei Cloud said nothing.',
  raw: 'What could not be understood, as it came, and why.',
  stored: 'A result too large for the table and for an answer: it is at `download_url` for a few minutes.',
};
