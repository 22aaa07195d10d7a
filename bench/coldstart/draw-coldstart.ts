import { type Bar, type BarColor, type BarRow, barOf } from '../bars/chart.ts';
import { drawBars } from '../bars/draw-bars.ts';
import type { FamilyImports, Import } from './imports.ts';

/** The packages that have most bytes in all bundles together, in the order in which they are stacked. */
const PACKAGES: { name: string; color: BarColor }[] = [
  { name: '(project)', color: 'ours' },
  { name: 'undici', color: 'peer' },
  { name: 'zod', color: 'yellow' },
  { name: '@smithy/core', color: 'violet' },
  { name: '@aws-sdk/core', color: 'pink' },
  { name: '@aws-sdk/client-dynamodb', color: 'teal' },
  { name: '@aws-sdk/client-sns', color: 'learned' },
];
const OTHERS = { name: 'all other packages', color: 'floor' } as const;

/** Import time and size of each bundle under the SDK clients that it holds. */
export function drawColdstart(families: FamilyImports[], rounds: number): string {
  return drawBars({
    title: 'Import and size of each bundle, beside the SDK clients that it uses (less is better)',
    panels: ['import, ms', 'size, kB'],
    groups: families.map(({ clients, imports }) => ({
      ...(clients.length > 0 && { name: clients.join(', ') }),
      rows: imports.map(rowOf),
    })),
    legend: [...PACKAGES, OTHERS],
    note: `Medians of ${rounds} imports, each in a fresh process; the lines go from the fastest to the slowest. Without the start of Node itself.`,
  });
}

function rowOf({ name, ms, bytes, packages, toClients }: Import): BarRow {
  return { name, color: toClients ? 'ours' : 'floor', bars: [barOf(ms), stackOf(bytes, packages)] };
}

/** In kB. What the bundler adds around the packages counts as other. */
function stackOf(bytes: number, packages: Import['packages']): Bar {
  const named = PACKAGES.flatMap(({ name }) => {
    const size = packages[name];
    return size === undefined ? [] : [{ name, value: size / 1_000 }];
  });
  const rest = named.reduce((left, { value }) => left - value, bytes / 1_000);
  return { value: bytes / 1_000, parts: [...named, { name: OTHERS.name, value: rest }] };
}
