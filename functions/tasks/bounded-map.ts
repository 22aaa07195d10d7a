/** A map that forgets its oldest entries past `capacity`, so that a long-lived process cannot grow without end. */
export type BoundedMap<V> = {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  isEmpty(): boolean;
};

/**
 * Keeps the newest half of `capacity` at least. In two generations, the older of which goes as a whole: a `Map` that
 * gives up its first entry again and again has to step over all that it has given up before.
 */
export function createBoundedMap<V>(capacity: number): BoundedMap<V> {
  const half = Math.ceil(capacity / 2);
  let younger = new Map<string, V>();
  let older = new Map<string, V>();
  return {
    get: (key) => younger.get(key) ?? older.get(key),
    set(key, value) {
      if (younger.size >= half && !younger.has(key)) {
        older = younger;
        younger = new Map();
      }
      younger.set(key, value);
    },
    delete(key) {
      younger.delete(key);
      older.delete(key);
    },
    isEmpty: () => younger.size === 0 && older.size === 0,
  };
}
