import { nextSteps, watchCall } from '../../messages/next-steps.ts';
import {
  countWords,
  durationWords,
  failureWords,
  needsAttention,
  outcomeHeadline,
  shortId,
} from '../../messages/outcome-words.ts';
import type { TaskEvent, TaskEventData } from '../../messages/task-event.ts';
import type { Outcome } from '../../names.ts';
import {
  context,
  cost,
  fallback,
  fieldsSection,
  header,
  linkButton,
  localTime,
  MESSAGE_BUDGET,
  SECTION_BUDGET,
  type SlackBlock,
  type SlackField,
  type SlackMessage,
  section,
} from './slack-blocks.ts';
import { code, plain } from './slack-text.ts';

export const OUTCOME_EMOJI: Record<Outcome, string> = {
  succeeded: '✅',
  partially_succeeded: '⚠️',
  failed: '❌',
  expired: '⌛',
  not_found: '❓',
  rejected: '🚫',
};

const ID_MAX = 80;
const REASON_MAX = 280;
const API_MAX = 160;
const ERROR_MAX = 600;
/** Longer calls are not shown, for a call that is cut is none. */
const CALL_MAX = 300;
/** How many failed APIs one message lists; the button leads to the rest. */
const FAILURES_SHOWN = 10;
/** Room for `…and 123456 more` and the JSON around a section. */
const SECTION_OVERHEAD = 160;

/** One event as one message. `mention` is Slack's own syntax (`<!here>`) and is sent only with what did not succeed. */
export function renderSlackMessage(event: TaskEvent, mention?: string): SlackMessage {
  const { data } = event;
  const top = [
    header(`${OUTCOME_EMOJI[data.outcome]} ${headline(data)}`),
    fieldsSection(fieldsOf(event), needsAttention(data) ? mention : undefined),
    ...errorSection(data),
  ];
  const bottom = [...nextSection(data), ...linkButton('Open the result', data.result_url), contextOf(event)];
  const text = fallback(fallbackText(data));
  const room = MESSAGE_BUDGET - cost({ text, blocks: [...top, ...bottom] }) - SECTION_OVERHEAD;
  return { text, blocks: [...top, ...failureSection(data, room), ...bottom] };
}

/** `APIG import partially succeeded: 12 created, 1 failed`; foreign text in it is not escaped. */
function headline(data: TaskEventData): string {
  const counts = countWords(data.summary);
  const words = outcomeHeadline({ outcome: data.outcome, taskType: data.task_type });
  return counts === '' ? words : `${words}: ${counts}`;
}

function fallbackText(data: TaskEventData): string {
  const group = data.summary.group_id ? ` (group ${shortId(data.summary.group_id)})` : '';
  const label = data.label ? ` – ${data.label}` : '';
  return `${headline(data)}${group}${label}`;
}

function fieldsOf({ data, time }: TaskEvent): SlackField[] {
  return [
    { name: 'Gateway', value: data.instance_id },
    { name: 'Label', value: data.label },
    { name: 'Group', value: data.summary.group_id },
    { name: 'File', value: data.summary.file_name },
    { name: 'Profile', value: data.profile },
    { name: 'Took', live: tookWords(data.registered_at, time) },
    { name: 'Ended', live: localTime(time) },
  ];
}

function tookWords(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isFinite(ms) ? durationWords(ms) : '';
}

function errorSection({ error }: TaskEventData): SlackBlock[] {
  return error ? [section(`*Why*\n${errorLine(error, ERROR_MAX)}`)] : [];
}

/** `` `APIG.3093` The task does not exist ``, escaped. */
export function errorLine(error: { code: string; message: string }, max: number): string {
  return `${code(error.code, 60)} ${plain(error.message, max - 60)}`.trim();
}

/** `` `POST /pets` APIG.2011: Parameter error ``, escaped. */
export function failureLine(failure: NonNullable<TaskEventData['failures']>[number]): string {
  const { api, reason } = failureWords(failure);
  return `${code(api, API_MAX)} ${plain(reason, REASON_MAX)}`;
}

/** The first failures that fit into `room`, and how many there are besides. */
function failureSection(data: TaskEventData, room: number): SlackBlock[] {
  const failures = data.failures ?? [];
  if (failures.length === 0) return [];
  const lines = takeLines(
    failures.slice(0, FAILURES_SHOWN).map((failure) => `• ${failureLine(failure)}`),
    room,
  );
  const total = Math.max(data.summary.failed ?? 0, failures.length);
  const more = total - lines.length;
  const title = lines.length === total ? '*What failed*' : `*What failed* (first ${lines.length} of ${total})`;
  return [section([title, ...lines, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n'))];
}

/** The lines from the start that one section and `room` (units of JSON) can hold. */
function takeLines(lines: string[], room: number): string[] {
  let units = SECTION_OVERHEAD;
  let json = 0;
  const end = lines.findIndex((line) => {
    units += line.length + 1;
    json += cost(line);
    return units > SECTION_BUDGET || json > room;
  });
  return end === -1 ? lines : lines.slice(0, end);
}

/** What to do, where something is to be done. A call that does not fit is on the result's page. */
function nextSection({ outcome, result_url: url }: TaskEventData): SlackBlock[] {
  const call = watchCall(url);
  const steps = nextSteps(outcome, call.length > CALL_MAX ? undefined : code(call, CALL_MAX * 2));
  return steps.length > 0 ? [section(`*Next*\n${steps.join('\n')}`)] : [];
}

function contextOf({ data }: TaskEvent): SlackBlock {
  return context([
    `Task ${code(data.task_id, ID_MAX)}`,
    `Project ${code(data.project_id, ID_MAX)}`,
    data.error?.request_id ? `Request ${code(data.error.request_id, ID_MAX)}` : '',
  ]);
}
