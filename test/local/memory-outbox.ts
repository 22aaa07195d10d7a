import type { Outbox, OutboxEntry, StoredEntry } from '../../local/outbox.ts';

/** An outbox that lives as long as its `kept`; hand that to the next one, and it goes on as a new process would. */
export function createMemoryOutbox<T>(kept = new Map<string, OutboxEntry<T>>()): Outbox<T> & { kept: typeof kept } {
  let lastId = kept.size;
  const left = [...kept].map(([id, entry]) => ({ ...entry, id }));
  const keep = ({ id, ...entry }: StoredEntry<T>) => void kept.set(id, entry);
  return {
    kept,
    takeLeft: () => left.splice(0),
    async add(entries) {
      const stored = entries.map((entry) => ({ ...entry, id: String(++lastId).padStart(12, '0') }));
      stored.forEach(keep);
      return stored;
    },
    replace: async (entry) => keep(entry),
    remove: async (id) => void kept.delete(id),
  };
}
