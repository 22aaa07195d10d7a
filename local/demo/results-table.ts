import type { WireTask } from './notifier-client.ts';

/** The results, one line each, in columns as wide as they need to be. */
export function renderResultsTable(tasks: WireTask[]): string {
  const rows = [
    ['label', 'type', 'outcome', 'took', 'polls', 'summary'],
    ...tasks.map((task) => [
      task.label ?? '',
      task.task_type ?? '–',
      task.outcome ?? task.state,
      tookOf(task),
      String(task.polls ?? '–'),
      summaryOf(task),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}

function tookOf({ registered_at, completed_at }: WireTask): string {
  if (completed_at === undefined) return '–';
  return `${((Date.parse(completed_at) - Date.parse(registered_at)) / 1000).toFixed(1)} s`;
}

function summaryOf({ summary = {} }: WireTask): string {
  const counts = ['created', 'updated', 'failed', 'ignored']
    .filter((name) => typeof summary[name] === 'number' && summary[name] !== 0)
    .map((name) => `${summary[name]} ${name}`);
  const size = typeof summary.size_bytes === 'number' ? [`${summary.size_bytes} bytes`] : [];
  return [...counts, ...size].join(', ');
}
