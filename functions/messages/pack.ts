export type PackLimits<T> = {
  sizeOf(item: T): number;
  /** Of all items of a pack together. */
  maxSize: number;
  maxCount?: number;
};

/** Splits items, in order, into as few packs as the limits allow; an item larger than a pack gets one of its own. */
export function pack<T>(items: Iterable<T>, { sizeOf, maxSize, maxCount = Infinity }: PackLimits<T>): T[][] {
  const packs: T[][] = [];
  let current: T[] = [];
  let size = 0;
  for (const item of items) {
    const itemSize = sizeOf(item);
    if (current.length > 0 && (size + itemSize > maxSize || current.length >= maxCount)) {
      packs.push(current);
      current = [];
      size = 0;
    }
    current.push(item);
    size += itemSize;
  }
  if (current.length > 0) packs.push(current);
  return packs;
}
