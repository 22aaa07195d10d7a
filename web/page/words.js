// What messages say in the same words comes from the functions, and is bundled into the page.
import { countWords, durationWords, errorWords } from '../../functions/messages/words.ts';

export { shortId } from '../../functions/messages/words.ts';

export const words = (name) => name.replaceAll('_', ' ');

/** `import`, `export`, or nothing while Huawei Cloud has not said which. */
export const kindOf = (task) =>
  ({ import_api: 'import', export_api: 'export' })[task.task_type] ?? task.task_type ?? '';

export const errorText = errorWords;

/** `2 created, 1 failed`, or an export's file and size. */
export const countsOf = ({ summary }) => countWords(summary);

/** The time of today, or date and time. */
export function shortTime(iso) {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

export function fullTime(iso) {
  return new Date(iso).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `3 min 5 s`; between dates or ISO strings. */
export const span = (from, to) => durationWords(new Date(to) - new Date(from));
