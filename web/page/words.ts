// What messages say in the same words comes from the functions, and is bundled into the page.

import { durationWords, OUTCOME_WORDS, shortId } from '../../functions/messages/words.ts';
import type { Outcome } from '../../functions/names.ts';
import type { ListedTask } from './api.ts';

export { countWords, durationWords, errorWords, shortId, sizeWords } from '../../functions/messages/words.ts';

/** `pending`, or how it ended. */
export const stateOf = (task: ListedTask): Outcome | 'pending' => (task.state === 'final' ? task.outcome : 'pending');

export const stateWords = (state: Outcome | 'pending'): string =>
  state === 'pending' ? 'running' : OUTCOME_WORDS[state];

/** `import`, `export`, or `task` while Huawei Cloud has not said which. */
export const kindOf = ({ task_type: type }: ListedTask): string =>
  type === undefined ? 'task' : ({ import_api: 'import', export_api: 'export' }[type] ?? type);

/** Its label; or without one what it is, with enough of its id. */
export const nameOf = (task: ListedTask): string => task.label?.trim() || `${kindOf(task)} ${shortId(task.task_id)}`;

/** `3 min 5 s`; between ISO strings or epoch milliseconds. */
export const span = (from: string | number, to: string | number): string =>
  durationWords(new Date(to).getTime() - new Date(from).getTime());

/** `just now`, `5 min ago`, `in 2 h 3 min`. */
export function relativeTime(iso: string, nowMs: number): string {
  const ms = new Date(iso).getTime() - nowMs;
  if (Math.abs(ms) < 10_000) return 'just now';
  const [largest = '', unit = ''] = durationWords(Math.abs(ms)).split(' ');
  // Minutes tell nobody anything about what was yesterday.
  const words = Math.abs(ms) < 3_600_000 || ms > 0 ? durationWords(roundUp(Math.abs(ms))) : `${largest} ${unit}`;
  return ms > 0 ? `in ${words}` : `${words} ago`;
}

/** Whole minutes, so that a minute's text does not change every second. */
const roundUp = (ms: number) => (ms < 60_000 ? ms : Math.floor(ms / 60_000) * 60_000);

const FULL: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  timeZoneName: 'short',
};

/** Date and time with the zone's name. */
export const fullTime = (iso: string): string => new Date(iso).toLocaleString([], FULL);

/** `1 task`, `2 tasks`. */
export const count = (number: number, noun: string): string =>
  `${number.toLocaleString()} ${noun}${number === 1 ? '' : 's'}`;
