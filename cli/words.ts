import type { Outcome } from '../functions/names.ts';
import type { ApiEntry, FinalTask } from './answers.ts';
import type { TaskEnd } from './exit.ts';
import { type Colour, durationWords, oneLine, type Paint } from './text.ts';

/** `partially succeeded`. */
export const outcomeWords = (outcome: Outcome): string => outcome.replaceAll('_', ' ');

/** The mark and the colour of an outcome. */
export function markOf(outcome: Outcome): { mark: string; colour: Colour } {
  if (outcome === 'succeeded') return { mark: '✔', colour: 'green' };
  if (outcome === 'partially_succeeded') return { mark: '▲', colour: 'yellow' };
  return { mark: '✖', colour: 'red' };
}

/** `import`, `export`, or `task` if its type is not known. */
export function kindOf({ task_type: type }: Pick<FinalTask, 'task_type'>): string {
  return { import_api: 'import', export_api: 'export' }[type ?? ''] ?? 'task';
}

const COUNTS = ['created', 'updated', 'failed', 'ignored', 'published', 'unpublished'] as const;

/** `12 created, 3 updated, 1 failed`, or an export's `orders.json, 1398 bytes`. */
export function countWords({ summary }: FinalTask): string {
  const counts = COUNTS.flatMap((name) => (summary[name] ? [`${summary[name]} ${name}`] : []));
  const { file_name: file, size_bytes: bytes } = summary;
  return [...counts, ...(file ? [oneLine(file)] : []), ...(bytes === undefined ? [] : [`${bytes} bytes`])].join(', ');
}

/** `orders: import partially succeeded after 1 min 5 s: 12 created, 1 failed`. */
export function headline(task: FinalTask): string {
  const took = durationWords(Date.parse(task.completed_at) - Date.parse(task.registered_at));
  const name = task.label === undefined ? '' : `${oneLine(task.label)}: `;
  const counts = countWords(task);
  return `${name}${kindOf(task)} ${outcomeWords(task.outcome)} after ${took}${counts && `: ${counts}`}`;
}

/** `POST /pets`. */
export function apiName({ method = '', path = '' }: Pick<ApiEntry, 'method' | 'path'>): string {
  return oneLine(`${method} ${path}`) || 'an API without a path';
}

/** What Huawei Cloud did not do with an API: `APIG.2011: Parameter error`, and what helps, or nothing. */
export type RefusedApi = { name: string; code: string; reason: string; help: string };

/** APIs that an import refused, and those that it could not publish. */
export function refusedApis({ result }: FinalTask): RefusedApi[] {
  const unpublished = (result?.publish_failures ?? []).map(refusedApi);
  return [
    ...(result?.failure ?? []).map(refusedApi),
    ...unpublished.map((api) => ({ ...api, name: `${api.name} (not published)` })),
  ];
}

function refusedApi(api: ApiEntry): RefusedApi {
  const [code, message] = [oneLine(api.error_code ?? ''), oneLine(api.error_msg ?? '')];
  const reason = [code, message].filter(Boolean).join(': ') || 'no reason given';
  return { name: apiName(api), code, reason, help: inOptions(oneLine(api.help ?? '')) };
}

/** The service names the fields and calls of its API; here they are options and commands. */
export function inOptions(text: string): string {
  return text
    .replace(/\bis_create_group=false(?:,| and) /g, '')
    .replace(/\b(group_id|api_mode|extend_mode)=/g, (_, field: string) => `--${field.replace('_', '-')} `)
    .replaceAll('Idempotency-Key', '--idempotency-key')
    .replace(/\bPOST \/tasks\b(?!\/)/g, 'apig-tasks register')
    .replace(/\bDELETE \/tasks\//g, 'apig-tasks forget ');
}

const MOST_LISTED = 20;

/** All that a person wants to know of how a wait ended, in lines. */
export function describeEnd(end: TaskEnd, paint: Paint): string {
  switch (end.kind) {
    case 'final':
      return describeFinal(end.task, paint);
    case 'timeout':
      return `${end.task.task_id}: still ${oneLine(end.task.status)} when --timeout passed. It goes on and is still announced; come back with: apig-tasks watch ${end.task.task_id}`;
    case 'forgotten':
      return `${end.taskId}: the service no longer watches it, because that was stopped. Register it again with: apig-tasks watch ${end.taskId}`;
    case 'unreachable':
      return `${end.taskId}: nothing is known: ${end.reason}`;
  }
}

function describeFinal(task: FinalTask, paint: Paint): string {
  const { mark, colour } = markOf(task.outcome);
  const group = task.summary.group_id === undefined ? '' : `, group ${oneLine(task.summary.group_id)}`;
  return [
    `${paint(colour, mark)} ${paint('bold', headline(task))}`,
    ...listed((task.result?.success ?? []).map((api) => [`${api.action === 'update' ? '~' : '+'} ${apiName(api)}`])),
    ...listed(refusedApis(task).map((api) => refusedLines(api, inOptions(oneLine(task.help ?? ''))))),
    ...(task.error === undefined ? [] : [`  ${oneLine(task.error.code)}: ${oneLine(task.error.message)}`]),
    ...helpLines(task),
    paint('dim', `  task ${task.task_id}${group}`),
  ].join('\n');
}

/** `said`: the advice for the whole task, which comes below. */
function refusedLines({ name, reason, help }: RefusedApi, said: string): string[] {
  return [`- ${name}`, `  ${reason}`, ...(help === '' || help === said ? [] : [`  → ${help}`])];
}

function helpLines({ error, help = error?.help }: FinalTask): string[] {
  return help === undefined ? [] : [`  Next: ${inOptions(oneLine(help))}`];
}

function listed(entries: string[][]): string[] {
  const hidden = entries.length - MOST_LISTED;
  const lines = entries
    .slice(0, MOST_LISTED)
    .flat()
    .map((line) => `  ${line}`);
  return hidden > 0 ? [...lines, `  … and ${hidden} more (--json has all)`] : lines;
}
