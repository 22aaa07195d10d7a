import type { Spread } from '../stats.ts';
import { COLORS } from '../svg.ts';

/** The packages of a bundle need more colours than the rest has. */
export const BAR_COLORS = {
  ...COLORS,
  violet: { light: '#8250df', dark: '#a371f7' },
  pink: { light: '#bf3989', dark: '#db61a2' },
  yellow: { light: '#d4a72c', dark: '#d29922' },
  teal: { light: '#1b7c83', dark: '#39c5cf' },
  halo: { light: '#ffffff', dark: '#0d1117' },
  spread: { light: '#1f2328', dark: '#f0f6fc' },
};
export type BarColor = keyof typeof BAR_COLORS;

/** One number; with a line from its lowest to its highest round, or stacked of the parts that it is the sum of. */
export type Bar = { value: number; spread?: Spread; parts?: { name: string; value: number }[] };

/** One subject: a bar in each panel. */
export type BarRow = { name: string; color: BarColor; bars: Bar[] };

/** Horizontal bars in panels that stand side by side. */
export type BarChart = {
  title: string;
  /** Their titles, from left to right. */
  panels: string[];
  /** For panels that are to be compared with each other; otherwise each has an axis of its own. */
  sameScale?: boolean;
  groups: { name?: string; rows: BarRow[] }[];
  /** The colours of parts. */
  legend?: { name: string; color: BarColor }[];
  /** How to read it; stands under the axes. */
  note: string;
};

/** The median as a bar, and a line over all rounds. */
export const barOf = (spread: Spread): Bar => ({ value: spread.median, spread });
