import { make } from './dom.js';

const COLUMNS = { method: 'Method', path: 'Path', error_code: 'Code', error_msg: 'Message' };
const CLASSES = { method: 'whole', path: 'path', error_code: 'whole' };
const MOST = 100;

/** The APIs that Huawei Cloud did not import; nothing where there are none. */
export function failuresOf({ result, summary }) {
  const failures = result?.failure ?? [];
  if (failures.length === 0) return [];
  const count = Math.max(failures.length, summary.failed ?? 0);
  const shown = failures.slice(0, MOST);
  const table = make('table', undefined, 'failures');
  table.append(make('caption', `${count} failed`), headOf(), bodyOf(shown));
  return count > shown.length ? [table, make('p', `and ${count - shown.length} more`, 'soft')] : [table];
}

function headOf() {
  const row = make('tr');
  for (const title of Object.values(COLUMNS)) {
    const th = make('th', title);
    th.scope = 'col';
    row.append(th);
  }
  const head = make('thead');
  head.append(row);
  return head;
}

function bodyOf(failures) {
  const body = make('tbody');
  for (const failure of failures) {
    const row = make('tr');
    for (const [field, title] of Object.entries(COLUMNS)) {
      const td = make('td', failure[field] ?? '', CLASSES[field]);
      td.dataset.label = title;
      row.append(td);
    }
    body.append(row);
  }
  return body;
}
