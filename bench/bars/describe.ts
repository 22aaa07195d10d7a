import type { Bar, BarChart } from './chart.ts';

/** Three digits, which is more than any of these measurements is worth. */
export const shortNumber = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 3 });

/** The chart in words, every number included, for who does not see it. */
export function describeBars({ panels, groups, note }: BarChart): string {
  const rows = groups.flatMap(({ name: group, rows }) =>
    rows.map(({ name, bars }) => {
      const values = bars.map((bar, i) => `${panels[i]} ${inWords(bar)}`).join('; ');
      return `${group === undefined ? '' : `${group}, `}${name}: ${values}.`;
    }),
  );
  return [...rows, note].join(' ');
}

function inWords({ value, spread, parts }: Bar): string {
  const range = spread && ` (${shortNumber(spread.least)} to ${shortNumber(spread.most)})`;
  const sum = parts && ` (${parts.map((part) => `${part.name} ${shortNumber(part.value)}`).join(', ')})`;
  return [shortNumber(value), range, sum].join('');
}
