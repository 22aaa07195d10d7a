import { OUTCOMES } from '../../names.ts';

// Used only to generate openapi.json; no Lambda bundles this file.

type Sentences = Record<string, string>;

const identity: Sentences = {
  task_id: 'The id that Huawei Cloud returned when it started the import or export.',
  instance_id: 'The API gateway (dedicated instance) that runs the task.',
  project_id: 'The Huawei Cloud project of the gateway.',
  profile: 'The name of the credentials that the notifier polls with.',
  label: 'A name of your choice for the task, shown in messages and usable as a filter.',
  context: 'The caller\'s own pairs, unchanged. `run_url` becomes the link "CI run" in messages.',
  group_name: 'The name of the API group, if a start knows it.',
  watch:
    'Absent for the first watch, 2 for the second of a task that was watched again, and so on. It ends the event `id` then.',
  callback_origin:
    'Scheme, host and port of the `callback_url`; its path and query may hold a secret and are not shown.',
  registered_at: 'When the task was registered.',
  registered_by: 'The name of the API key that registered the task; absent for a key without a name.',
  group_id: 'The API group, if the task was started here and the group was known then.',
  environment_id: 'The environment that an export started here reads.',
  file: 'The file of an import that was started here, without its bytes.',
  publish_to: 'The environment that the APIs of an import are published to, if the start asked for it.',
};

const started: Sentences = {
  publish_to: 'An environment id. What the import creates or updates is published there before the result is stored.',
  group_id: 'The API group: of an export, or of an import with `is_create_group=false`.',
};

const registration: Sentences = {
  task_id: identity.task_id ?? '',
  instance_id: `${identity.instance_id} Default: the profile's gateway, if it has one.`,
  project_id: `${identity.project_id} Default: the profile's.`,
  profile: `${identity.profile} Default: \`default\`.`,
  label: `${identity.label} Printable characters, not only spaces.`,
  context:
    'Pairs of your own, at most 10 strings and 1 kB: carried into events, messages, results and listings. `run_url`, an http(s) URL, becomes the link "CI run" in messages.',
  deadline_seconds:
    'Seconds after which an unfinished task ends as `expired`. Default: the setting of the deployment, 24 hours unless changed.',
  callback_url:
    'An https URL that receives the final event, signed with the `webhook_secrets` of the profile. Rejected with 400 if nothing could ever be delivered: webhooks are off, the profile has no usable signing secret, or the host is not public.',
};

const { task_id: _, ...changeable } = registration;

const listed: Sentences = {
  ...identity,
  state:
    '`final`: the task has ended. Only `deliveries` may still change, unless the task is watched again (`POST /tasks/{task_id}/watch`); then it becomes `pending`.',
  outcome:
    'How the watched task ended. `expired`, `not_found` and `rejected` mean that the notifier stopped watching; the task itself may still be running.',
  task_type:
    '`import_api`, `export_api`, or another type that Huawei Cloud reports; absent if Huawei Cloud never answered.',
  task_status: 'The last `task_status`, exactly as Huawei Cloud returned it.',
  completed_at: 'When the notifier saw that the task had ended.',
  polls: 'Number of polls of the task.',
  summary: 'Summary counts.',
  error: 'Why the task failed, or the error of the last poll.',
  help: 'What to do about the outcome; absent after a success.',
  first_failure: 'The first API that an import could not create or change, and why; `failed` of `summary` counts them.',
  deliveries: 'The last 20 final delivery results, one per channel or `callback_url`.',
  expires_at: 'When the result is deleted.',
};

/** One sentence for each field, by component. */
export const FIELDS: Record<string, Sentences> = {
  Registration: registration,
  Import: {
    ...changeable,
    ...started,
    file_name: 'The Swagger 2.0 or OpenAPI 3.0 file, JSON or YAML, as it is or as gzip; 12 MB at most once unpacked.',
    is_create_group: 'Whether a new group is made, named after `info.title`. Default: `true`.',
    extend_mode: 'Extended information that exists: `merge` keeps it, `override` replaces it. Default: `merge`.',
    api_mode: 'APIs that exist: `merge` keeps them, also wrong ones; `override` replaces them. Default: `merge`.',
    simple_mode: 'Imports without back-end definitions. Default: `false`.',
    mock_mode: 'Gives the APIs mock back ends. Default: `false`.',
  },
  Export: {
    ...changeable,
    group_id: started.group_id ?? '',
    env_id: 'The environment whose APIs are exported.',
    define: 'What is exported: `spec` (without back ends), `proxy`, `all` or `dev`. Default: `spec`.',
    type: 'The format: `json`, `yaml` or `yml`. Default: `json`.',
    version: 'The version that the document states. Default: the time of the export.',
    apis: 'The ids of the APIs to export. Default: all of the group.',
    oas_version: 'Swagger `2.0` or OpenAPI `3.0`. Default: `2.0`.',
  },
  WatchAgain: changeable,
  Batch: {
    tasks: 'One to a hundred registrations. Each is checked separately: an invalid one does not fail the rest.',
  },
  Notification: {
    channel:
      'One receiver instead of all: `webhook`, or the name of a channel. In AWS the API does not know the channels: an unknown name is accepted, then recorded in `deliveries` as `failed`, sent to the dead-letter queue and counted as a failed notification, which raises alarms.',
  },
  NotificationAnswer: {
    task_id: identity.task_id ?? '',
    event_id: 'The `id` of the CloudEvent: the same for each repeat of a result, so that receivers can drop repeats.',
    channel: 'The receiver that the request named, if any.',
  },
  PendingTask: {
    ...identity,
    state: '`pending`: the task is being watched.',
    status:
      'The last `task_status` that the answering process received from Huawei Cloud; `waiting` before the first one.',
    task_type: '`import_api` or `export_api`; absent until the start or Huawei Cloud has said which.',
    warnings: 'Only in the answer to a start: what Huawei Cloud documents to fail in the file.',
    answers: 'What Huawei Cloud has said, whenever it said something new, as far as the answering process heard it.',
    deadline_at: 'When the task ends as `expired` unless it finishes earlier.',
    next_poll_at:
      "Estimated time of the next poll. The poller may choose a better moment from past tasks; while a profile's " +
      'credentials are refused it polls only every 5 minutes.',
    last_error:
      'Why the last poll failed; absent if it succeeded. Refused credentials and throttling are not recorded here, because they concern the whole profile.',
  },
  FinalTask: {
    ...listed,
    answers: 'What Huawei Cloud said before its last answer, whenever it said something new, as far as it was heard.',
    result: 'The parsed answer of Huawei Cloud; fields that the parser does not know are kept.',
  },
  ListedResult: listed,
  Summary: {
    created: 'APIs that an import created.',
    updated: 'APIs that an import changed.',
    failed: 'APIs that an import could not create or change.',
    ignored: 'APIs that an import left unchanged.',
    published: 'APIs that were published after the import.',
    unpublished: 'APIs that could not be published after the import.',
    group_id: 'The API group that was imported into.',
    file_name: 'The name of the exported document.',
    size_bytes: 'The size of the exported document.',
  },
  TaskError: {
    code: 'An `error_code` of Huawei Cloud, or a code of the notifier such as `TIMEOUT` or `CONNECTION`.',
    message: 'Human-readable error message.',
    request_id: "Huawei Cloud's `X-Request-Id`, for a support ticket.",
    http_status: 'The HTTP status of the answer from Huawei Cloud.',
    help: 'What helps against it; absent for codes that the notifier does not know.',
  },
  Delivery: {
    channel: '`webhook`, or the name of a channel.',
    status: '`delivered`; `failed`: not delivered, and not tried again; `gone`: the receiver no longer exists.',
    at: 'When the delivery ended.',
    attempts: 'Number of attempts.',
    http_status: "The receiver's HTTP status, if it answered.",
    reason: 'Why it was not delivered.',
  },
  TaskPage: {
    items: 'Tasks: pending ones first, then final ones, each newest first.',
    next_cursor: 'The `cursor` of the next page; absent on the last.',
  },
  BatchAnswer: { tasks: 'One answer for each entry, in the order of the request.' },
  BatchEntryAnswer: {
    task_id: 'The id of the entry, if it has one.',
    status: 'The HTTP status that `POST /tasks` would have returned.',
    task: 'The task, for 200 and 202. Once the results in the answer add up to 1.5 MB, further final tasks come without `result`, as in a listing; `GET /tasks/{task_id}` has it.',
    problem: 'What is wrong with the entry, for every other status.',
  },
  Stats: {
    since: 'Only results since then were counted.',
    counted: 'Results that were counted, the newest ones.',
    is_complete: 'False if there are older results that fit and were not counted.',
    oldest_at: 'When the oldest counted task ended.',
    pending: 'Pending tasks that fit the filters; `since` does not apply to them.',
    outcomes: 'Counted results by outcome.',
    labels: 'By label, most results first, 200 at most. One entry without `label` has the tasks without a label.',
    omitted_labels: 'Number of further labels.',
    recent: 'The newest 50 counted ends.',
  },
  LabelStats: {
    label: 'Absent for the tasks without a label.',
    count: 'Counted results.',
    success_rate: 'The part of them that succeeded, 0 to 1; a partial success is none.',
    p50_seconds: 'Half of the tasks took no longer.',
    p95_seconds: '95 % of the tasks took no longer.',
    newest: 'The newest end.',
  },
  RecentEnd: {
    task_id: identity.task_id ?? '',
    outcome: 'How it ended.',
    completed_at: 'When the notifier saw that it had ended.',
    seconds: 'From its registration to that moment; absent if it is not known how it went.',
  },
  Caller: {
    name: 'The name of the API key, if it has one.',
    scopes: 'What the key may do.',
  },
  Channels: {
    channels:
      'Names of the channels. Empty: channels are off. Absent: the API does not know them, as in AWS, where another function has the secret.',
  },
  Health: { status: 'Always `ok`.' },
  Problem: {
    type: '`urn:apig-task-notifier:problem:…` for problems that a program may want to handle; otherwise `about:blank`.',
    title: 'Human-readable problem type.',
    status: 'The HTTP status, repeated.',
    detail: 'What happened, or what to change in the request.',
    instance: 'The path of the request.',
    errors: 'Every problem in the request: in the body (`pointer`), or in the path or query (`parameter`).',
    request_id: 'For a 5xx: the id under which the service logged the cause.',
    error_code: 'Of a start: the code of Huawei Cloud, or one of ours.',
    error_msg: 'Of a start: the text of Huawei Cloud.',
    help: 'Of a start: what helps.',
    huawei_request_id: "Of a start: Huawei Cloud's `X-Request-Id`.",
    group_id: 'Of an import whose end is unknown: a group of its title that was made since.',
    group_name: 'Of an import whose end is unknown: the title of its file.',
    started_at: 'Of an import whose end is unknown: when it was started.',
    task_id: 'Of a key whose task is no longer watched: that task.',
  },
};

/** One sentence for each parameter, by name. */
export const PARAMETERS: Sentences = {
  task_id: identity.task_id ?? '',
  state: 'Only tasks in this state.',
  order:
    '`attention`: one page, without a cursor, of what a person looks at first. Final tasks that did not succeed (of these alone `since` is asked), then pending ones, each two fifths of `limit` at most, then final ones that succeeded. Not with `state`, `outcome` or `cursor`.',
  outcome: `Only final tasks with one of these outcomes, with commas: ${OUTCOMES.join(', ')}.`,
  profile: 'Only tasks of this profile.',
  task_type: 'Only tasks of this type: `import_api` or `export_api`.',
  group_id: 'Only tasks of this API group, as far as it is known.',
  since:
    'Only tasks that ended, or while pending were registered, since then: a time, or a span such as `24h` or `7d`.',
  wait: 'Seconds to wait for the end of a pending task. On one machine; a deployment answers at once, with `Retry-After: 2`.',
  instance_id: 'Only tasks of this gateway.',
  label: 'Only tasks with exactly this label; with `*` at its end, with a label that starts so.',
  limit: 'Number of tasks per page.',
  'Idempotency-Key': '1 to 255 printable ASCII characters, such as the id of a CI job.',
  cursor: '`next_cursor` of the previous page; use the same filters.',
};

/** One sentence for each kind of result. */
export const RESULT_KINDS: Sentences = {
  import: 'The outcome of an import, API by API.',
  export: 'The outcome of an export; the document itself is at `definition_url`.',
  failure: 'The error that Huawei Cloud reported for a failed task.',
  none: 'Huawei Cloud returned no result.',
  raw: 'An answer that could not be parsed, unchanged, with the reason.',
  stored:
    'A result that is too large for the table and for an answer: download it from `download_url`, which is valid for a few minutes.',
};
