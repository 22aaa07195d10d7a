export const words = (name) => name.replaceAll('_', ' ');

/** `import`, `export`, or nothing while Huawei Cloud has not said which. */
export const kindOf = (task) =>
  ({ import_api: 'import', export_api: 'export' })[task.task_type] ?? task.task_type ?? '';

/** `9100ae30…`: enough of an id to recognise it. */
export const shortId = (id) => (id.length <= 10 ? id : `${id.slice(0, 8)}…`);

export const errorText = ({ code, message }) => `${code}: ${message}`;

/** `2 created, 1 failed`, or an export's file and size. */
export function countsOf({ summary }) {
  const counts = ['created', 'updated', 'failed', 'ignored'].filter((name) => summary[name]);
  const parts = counts.map((name) => `${summary[name]} ${name}`);
  if (summary.file_name) parts.push(summary.file_name);
  if (summary.size_bytes !== undefined) parts.push(`${summary.size_bytes.toLocaleString()} bytes`);
  return parts.join(', ');
}

/** The time of today, or date and time. */
export function shortTime(iso) {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

export function fullTime(iso) {
  return new Date(iso).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `90 s`, `5 min`, `3 h`, `4 d`; dates or ISO strings. */
export function span(from, to) {
  const seconds = Math.max(0, Math.round((new Date(to) - new Date(from)) / 1000));
  if (seconds === 0) return '< 1 s';
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
