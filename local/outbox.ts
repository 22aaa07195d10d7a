/** A message that a subscriber has not accepted yet. Times are epoch milliseconds. */
export type Waiting<T> = {
  message: T;
  /** Deliveries that failed. */
  attempts: number;
  /** When the first of them started; absent before there was one. */
  firstAtMs?: number;
  /** Not delivered before this. */
  dueAtMs: number;
};

/** Messages of one topic for one subscriber, kept together. */
export type OutboxEntry<T> = { subscriber: string; waiting: Waiting<T>[] };

/** An entry as it is kept; ids grow with age. */
export type StoredEntry<T> = OutboxEntry<T> & { id: string };

/**
 * The store of published messages that are not yet delivered: the one port to implement for another database. Its
 * content survives whatever ends the process.
 */
export interface Outbox<T> {
  /** The entries that earlier processes left, oldest first; empty at a second call. */
  takeLeft(): StoredEntry<T>[];
  /** Keeps all entries or none. Throws `StoreError` if it cannot, or if too much waits already. */
  add(entries: readonly OutboxEntry<T>[]): Promise<StoredEntry<T>[]>;
  /** Keeps the messages of an entry that still wait. Throws `StoreError`. */
  replace(entry: StoredEntry<T>): Promise<void>;
  /** Forgets an entry: everything in it has arrived. Throws `StoreError`. */
  remove(id: string): Promise<void>;
}

/** A message on its way: `attempts` were made before this one, the first of all at `firstAtMs`. */
export type Attempt<T> = Required<Waiting<T>>;

/** An attempt that failed. `delayMs` is the wait that the subscriber asks for; without it the usual waits apply. */
export type Returned<T> = { attempt: Attempt<T>; delayMs?: number | undefined };

/** A receiver of a topic's messages, one batch at a time. */
export type Subscriber<T> = {
  /** Finds the messages that an earlier process left for it. */
  name: string;
  /** The subscription's filter policy; without it every message is wanted. */
  wants?(message: T): boolean;
  /** Batches are no larger; without it all due messages go together. */
  maxBatch?: number;
  /** Resolves to the attempts to repeat; a rejection means all of the batch. */
  deliver(batch: Attempt<T>[]): Promise<Returned<T>[]>;
};
