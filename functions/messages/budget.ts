/** How much of a message its entries may use together. */
export type Budget<T> = {
  sizeOf(item: T): number;
  maxSize: number;
  maxCount?: number;
};

/** The leading items that fit into the budget together. */
export function takeFitting<T>(items: readonly T[], { sizeOf, maxSize, maxCount = Infinity }: Budget<T>): T[] {
  let size = 0;
  const end = items.findIndex((item, index) => {
    size += sizeOf(item);
    return size > maxSize || index >= maxCount;
  });
  return end === -1 ? [...items] : items.slice(0, end);
}

/** Splits items, in order, into as few packs as the budget allows; an item larger than a pack gets its own. */
export function pack<T>(items: readonly T[], budget: Budget<T>): T[][] {
  const packs: T[][] = [];
  let rest = items;
  while (rest.length > 0) {
    const count = Math.max(1, takeFitting(rest, budget).length);
    packs.push(rest.slice(0, count));
    rest = rest.slice(count);
  }
  return packs;
}
