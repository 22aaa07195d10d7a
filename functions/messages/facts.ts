import { lineOf } from '../tasks/safe-text.ts';
import type { Notice, TaskEventData } from './task-event.ts';
import {
  contextWords,
  countWords,
  endWords,
  errorWords,
  failureWords,
  groupWords,
  OUTCOME_EMOJI,
  OUTCOME_WORDS,
  outcomeHeadline,
  runUrlOf,
  shortId,
  taskKind,
} from './words.ts';

/** What a message says of an end, beside its headline and failures. `isOwn` marks words of ours; other values are foreign. */
export type Fact = { name: string; value: string; isOwn?: true };

/** The facts of an end in the order of every message; those that are not known are absent. */
export function factsOf(notice: Notice): Fact[] {
  const { data } = notice;
  const end = endWords(notice);
  return [
    ...fact('Label', data.label),
    ...fact('Registered by', data.registered_by),
    { name: 'Gateway', value: data.instance_id },
    ...fact('Group', groupWords(data)),
    ...fact('File', data.summary.file_name),
    ...fact('Profile', data.profile),
    { name: end.name, value: `${end.value}, ${end.seen}`, isOwn: true },
  ];
}

/** The facts for a search at Huawei Cloud, in small print, and the caller's own pairs. */
export function smallFactsOf({ data }: Notice): { facts: Fact[]; pairs: string[] } {
  return {
    facts: [
      { name: 'Task', value: data.task_id },
      { name: 'Project', value: data.project_id },
      ...fact('Request', data.error?.request_id),
    ],
    pairs: contextWords(data),
  };
}

function fact(name: string, value: string | undefined): Fact[] {
  return value === undefined || value === '' ? [] : [{ name, value }];
}

/** Where a person goes from a message. An address may be a path, when no public URL is known. */
export function linksOf({ context, result_url: url }: TaskEventData): { id: string; label: string; url: string }[] {
  const run = runUrlOf(context);
  return [
    { id: 'open_result', label: 'Open the result', url },
    ...(run === undefined ? [] : [{ id: 'open_run', label: 'CI run', url: run }]),
  ];
}

/** `APIG import partially succeeded: 12 created, 1 failed`, and its sign; foreign text in it is not escaped. */
export function chatHeadline({ data }: Notice): { sign: string; words: string } {
  const counts = countWords(data.summary);
  const words = outcomeHeadline(data);
  return { sign: OUTCOME_EMOJI[data.outcome], words: counts === '' ? words : `${words}: ${counts}` };
}

/** One task in a list: `words` are ours, the others foreign; `''` where nothing is known. `why` is the first reason, `api` what it is about. */
export type ListedFacts = Record<'words' | 'label' | 'id' | 'counts' | 'api' | 'why', string>;

/** The facts of one task in a list, each of at most `maxUnits`. */
export function listedFactsOf({ data }: Notice, maxUnits: number): ListedFacts {
  const back = data.first_success ? ', back to normal' : '';
  return {
    words: `${OUTCOME_EMOJI[data.outcome]} ${taskKind(data)} ${OUTCOME_WORDS[data.outcome]}${back}`,
    label: lineOf(data.label ?? '', 60),
    id: shortId(data.task_id),
    counts: lineOf(countWords(data.summary), 120),
    ...firstReason(data, maxUnits),
  };
}

function firstReason(
  { outcome, failures = [], error }: TaskEventData,
  maxUnits: number,
): Record<'api' | 'why', string> {
  const [first] = failures;
  if (outcome === 'succeeded') return { api: '', why: '' };
  if (first === undefined) return { api: '', why: error === undefined ? '' : errorWords(error, maxUnits) };
  const { api, reason } = failureWords(first, maxUnits);
  return { api, why: reason };
}
