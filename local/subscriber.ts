import type { Waiting } from './outbox.ts';

/** A message on its way: `attempts` were made before this one, the first of all at `firstAtMs`. */
export type Attempt<T> = Required<Waiting<T>>;

/** An attempt that failed. `delayMs` is when to try again where the subscriber knows; else the usual waits apply. */
export type Returned<T> = { attempt: Attempt<T>; delayMs?: number | undefined };

/** Somebody who gets a topic's messages, one batch at a time. */
export type Subscriber<T> = {
  /** Finds the messages that an earlier process left for it. */
  name: string;
  /** The subscription's filter policy; without it every message is wanted. */
  wants?(message: T): boolean;
  /** Batches are no larger; without it whatever is due goes together. */
  maxBatch?: number;
  /** Resolves to what has to be tried again; a rejection means all of the batch. */
  deliver(batch: Attempt<T>[]): Promise<Returned<T>[]>;
};
