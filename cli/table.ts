import type { Task } from './answers.ts';
import { durationWords, oneLine, type Paint, pad, shorten, widthOf } from './text.ts';
import { markOf, outcomeWords } from './words.ts';

/** A task in the table, and how long tasks of its label usually take. */
export type Row = { task: Task; usualMs: number | undefined };

export type TableOptions = { columns: number; rows: number; nowMs: number; paint: Paint };

const GAP = '  ';
const LEAST_LABEL = 8;

/** The lines of the table, none wider or more than the terminal: columns go from the right, then labels are cut. */
export function renderTable(table: readonly Row[], options: TableOptions): string[] {
  const shown = table.slice(0, Math.max(1, options.rows - 3));
  const cells = [headOf(shown), ...shown.map((row) => cellsOf(row, options.nowMs))];
  const widths = widthsFor(cells, options.columns);
  const lines = cells.map((line) =>
    widths
      .map((width, column) => pad(shorten(line[column] ?? '', width), width))
      .join(GAP)
      .trimEnd(),
  );
  const [head = '', ...body] = lines.map((line) => shorten(line, options.columns));
  const hidden = table.length - shown.length;
  return [
    options.paint('dim', head),
    ...body.map((line, index) => paintRow(line, shown[index]?.task, options.paint)),
    ...(hidden > 0 ? [shorten(`… and ${hidden} more`, options.columns)] : []),
  ];
}

function headOf(rows: readonly Row[]): string[] {
  return [
    'task',
    'state',
    'age',
    'next poll',
    ...(rows.some(({ usualMs }) => usualMs !== undefined) ? ['usually'] : []),
  ];
}

function cellsOf({ task, usualMs }: Row, nowMs: number): string[] {
  const endMs = task.state === 'final' ? Date.parse(task.completed_at) : nowMs;
  return [
    nameOf(task),
    stateWords(task),
    durationWords(endMs - Date.parse(task.registered_at)),
    task.state === 'final' ? '' : `in ${durationWords(Math.max(0, Date.parse(task.next_poll_at) - nowMs))}`,
    usualMs === undefined ? '' : durationWords(usualMs),
  ];
}

/** What people call a task: its label, else its id. */
export function nameOf({ label, task_id }: Pick<Task, 'label' | 'task_id'>): string {
  return oneLine(label ?? '') || task_id;
}

/** `waiting`, `processing (APIG.9008)`, `✔ succeeded`. */
export function stateWords(task: Task): string {
  if (task.state === 'final') return `${markOf(task.outcome).mark} ${outcomeWords(task.outcome)}`;
  const error = task.last_error === undefined ? '' : ` (last poll: ${oneLine(task.last_error.code)})`;
  return `${oneLine(task.status)}${error}`;
}

function widthsFor(cells: string[][], columns: number): number[] {
  const wanted = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => widthOf(line[column] ?? ''))));
  while (wanted.length > 2 && totalOf(wanted) - (wanted[0] ?? 0) + LEAST_LABEL > columns) wanted.pop();
  const label = Math.min(wanted[0] ?? 0, Math.max(LEAST_LABEL, columns - (totalOf(wanted) - (wanted[0] ?? 0))));
  return [label, ...wanted.slice(1)];
}

const totalOf = (widths: number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);

function paintRow(line: string, task: Task | undefined, paint: Paint): string {
  return task?.state === 'final' ? paint(markOf(task.outcome).colour, line) : line;
}
