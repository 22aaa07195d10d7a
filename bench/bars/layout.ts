import { type BarAxis, barAxis } from './axis.ts';
import type { BarChart, BarRow } from './chart.ts';

export const WIDTH = 860;
export const LEFT = 24;
export const LEGEND_HEIGHT = 18;
const GAP = 22;
const ROW_HEIGHT = 27;
const LEGEND_ENTRIES = 5;
/** A little more than what a letter of the system's font is wide, so that a name ends before its bar. */
const LETTER_WIDTH = 7;

type Line = { y: number; heading: string } | { y: number; row: BarRow };
export type BarPanel = { title: string; axis: BarAxis };

/** Where everything stands: `y` is a row's middle and a heading's base line, `top` and `bottom` the ends of the axes. */
export type BarLayout = { lines: Line[]; top: number; bottom: number; panels: BarPanel[] };

export function layOutBars(chart: BarChart): BarLayout {
  const legendHeight = legendLines(chart).length * LEGEND_HEIGHT;
  const top = 68 + (legendHeight > 0 ? legendHeight + 14 : 0);
  const lines: Line[] = [];
  let y = top + 4;
  for (const { name, rows } of chart.groups) {
    if (name !== undefined) {
      lines.push({ y: y + ROW_HEIGHT - 7, heading: name });
      y += ROW_HEIGHT;
    }
    for (const row of rows) {
      lines.push({ y: y + ROW_HEIGHT / 2, row });
      y += ROW_HEIGHT;
    }
  }
  return { lines, top, bottom: y + 6, panels: layOutPanels(chart) };
}

/** The names take what the longest one needs, and the panels share the rest. */
function layOutPanels({ panels, groups, sameScale = false }: BarChart): BarPanel[] {
  const rows = groups.flatMap((group) => group.rows);
  const names = [...rows, ...groups].map(({ name = '' }) => name.length);
  const left = Math.round(LEFT + 14 + Math.max(...names) * LETTER_WIDTH);
  const width = (WIDTH - LEFT - left - GAP * (panels.length - 1)) / panels.length;
  const ends = panels.map((_, i) => Math.max(...rows.map(({ bars }) => bars[i]?.spread?.most ?? bars[i]?.value ?? 0)));
  return panels.map((title, i) => {
    const most = sameScale ? Math.max(...ends) : (ends[i] ?? 0);
    return { title, axis: barAxis(most, { left: left + i * (width + GAP), width }) };
  });
}

/** The legend's entries, as many in a line as have room. */
export function legendLines({ legend = [] }: BarChart): NonNullable<BarChart['legend']>[] {
  const lines = Math.ceil(legend.length / LEGEND_ENTRIES);
  return Array.from({ length: lines }, (_, i) => legend.slice(i * LEGEND_ENTRIES, (i + 1) * LEGEND_ENTRIES));
}
