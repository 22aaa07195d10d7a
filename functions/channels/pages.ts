import { needsAttention } from '../messages/words.ts';
import { type Budget, pack, takeFitting } from '../tasks/safe-text.ts';
import type { Item } from './channel.ts';

/** One message of a digest: the lines that it shows, and those of successes that it only counts. */
export type Page<L> = { shown: L[]; omitted: L[] };

/**
 * As many pages as the lines that need attention fill, none of them left out; successes are on the last one, or counted.
 * Lines are sorted, worst first.
 */
export function paginate<L extends { item: Pick<Item, 'event'> }>(lines: L[], budget: Budget<L>): Page<L>[] {
  const urgent = lines.filter(({ item }) => needsAttention(item.event.data));
  const packs = pack(urgent, budget);
  const last = packs.pop() ?? [];
  const left = budget.maxSize - last.reduce((sum, line) => sum + budget.sizeOf(line), 0);
  const successes = lines.slice(urgent.length);
  const shown = takeFitting(successes, { ...budget, maxSize: left });
  const full = packs.map((page) => ({ shown: page, omitted: [] }));
  return [...full, { shown: [...last, ...shown], omitted: successes.slice(shown.length) }];
}
