import type { FunctionBundle, FunctionName } from './bundle-functions.ts';
import { bytesByPackage } from './bundle-packages.ts';

/** Bytes that a function's bundle may have: a cold start reads and compiles every one of them. */
export const BUDGETS: Record<FunctionName, number> = {
  // The status page and the API's description take 45 kB of it, compressed.
  'tasks-api': 460_000,
  'start-tasks': 700_000,
  'poll-tasks': 600_000,
  'notify-channels': 400_000,
  'deliver-webhook': 400_000,
};

/** What is wrong with a bundle's size, with the packages that grew since `recorded`, or undefined. */
export function budgetProblem(
  { name, bytes, metafile }: Pick<FunctionBundle, 'name' | 'bytes' | 'metafile'>,
  recorded: Record<string, number>,
): string | undefined {
  if (bytes <= BUDGETS[name]) return undefined;
  const grown = Object.entries(bytesByPackage(metafile))
    .map(([each, size]) => ({ each, growth: size - (recorded[each] ?? 0) }))
    .filter(({ growth }) => growth > 0)
    .sort((a, b) => b.growth - a.growth)
    .map(({ each, growth }) => `${each} +${growth}`);
  return `${name} has ${bytes} bytes, ${bytes - BUDGETS[name]} too many. Grown since the record: ${grown.join(', ') || 'nothing'}`;
}
