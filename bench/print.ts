import type { PartResult, Table } from './part.ts';

/** The part's tables and goals as plain lines. */
export function formatPart(name: string, { tables, goals }: PartResult): string {
  const verdicts = goals.map(({ goal, measured, reached }) => `${reached ? '  ok  ' : 'MISSED'}  ${goal}: ${measured}`);
  return [`\n=== ${name} ===`, ...tables.map(formatTable), ...verdicts, ''].join('\n');
}

function formatTable({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(formatCell))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, i) => pad(cell, widths[i] ?? 0, i)).join('  '));
  return [`\n${title}`, lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1), ''].join(
    '\n',
  );
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function formatCell(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return cell.toLocaleString('en-US');
  const decimals = Math.abs(cell) >= 100 ? 0 : Math.abs(cell) >= 10 ? 1 : Math.abs(cell) >= 1 ? 2 : 3;
  return cell.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
