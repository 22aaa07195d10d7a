/** A message that a subscriber has still to take. Times are epoch milliseconds. */
export type Waiting<T> = {
  message: T;
  /** Deliveries that failed. */
  attempts: number;
  /** When the first of them began; absent before there was one. */
  firstAtMs?: number;
  /** Not delivered before this. */
  dueAtMs: number;
};

/** Messages of one topic for one subscriber, kept together. */
export type OutboxEntry<T> = { subscriber: string; waiting: Waiting<T>[] };

/** An entry as it is kept; ids grow with age. */
export type StoredEntry<T> = OutboxEntry<T> & { id: string };

/** What is published and not yet delivered. It survives whatever ends the process: that is what it is for. */
export interface Outbox<T> {
  /** What earlier processes left, oldest first; nothing when it is asked again. */
  takeLeft(): StoredEntry<T>[];
  /** Keeps all entries or none. Throws `StoreError` where it cannot, or where too much waits already. */
  add(entries: readonly OutboxEntry<T>[]): Promise<StoredEntry<T>[]>;
  /** Keeps what is still waiting of an entry. Throws `StoreError`. */
  replace(entry: StoredEntry<T>): Promise<void>;
  /** Forgets an entry, for everything in it has arrived. Throws `StoreError`. */
  remove(id: string): Promise<void>;
}
