import { type BatchDeps, deliverBatch } from './deliver-batch.ts';
import type { StoredEntry, Waiting } from './outbox.ts';

/** One subscriber's queue: what SQS is in AWS. */
export type DeliveryQueue<T> = {
  /** Takes what the outbox keeps, and begins. */
  accept(entries: readonly StoredEntry<T>[]): void;
  /** Resolves when nothing is left. */
  drained(): Promise<void>;
  /** Delivers what is due, leaves the rest in the outbox, and resolves. */
  stop(): Promise<void>;
};

/** The clock is read again at least so often, for it may have been wrong. */
const LONGEST_SLEEP_MS = 60_000;

/** Delivers in order of publishing, each message when it is due; one that waits for its next try holds up no other. */
export function createDeliveryQueue<T>(deps: Omit<BatchDeps<T>, 'entries'>): DeliveryQueue<T> {
  const { subscriber, clock, log } = deps;
  const entries = new Map<string, StoredEntry<T>>();
  let wake = new AbortController();
  let isStopping = false;
  let running = Promise.resolve();

  const work = async () => {
    while (entries.size > 0) {
      const nowMs = clock.now();
      const due = waitingIn(entries).filter(({ dueAtMs }) => dueAtMs <= nowMs);
      if (due.length > 0) await deliverBatch(due.slice(0, subscriber.maxBatch), { ...deps, entries });
      else if (isStopping) return;
      else {
        wake = new AbortController();
        await clock.sleep(Math.min(nextDueMs(entries) - nowMs, LONGEST_SLEEP_MS), wake.signal);
      }
    }
  };
  // A run that finds nothing to do ends at once, so each acceptance may start one: none can be overlooked.
  const run = () => {
    wake.abort();
    running = running.then(work);
    return running;
  };
  return {
    accept(stored) {
      for (const entry of stored) entries.set(entry.id, entry);
      void run();
    },
    drained: () => running,
    async stop() {
      isStopping = true;
      await run();
      const messages = waitingIn(entries).length;
      if (messages > 0) log.warn('kept for the next start', { channel: subscriber.name, messages });
    },
  };
}

function waitingIn<T>(entries: Map<string, StoredEntry<T>>): Waiting<T>[] {
  return [...entries.values().flatMap(({ waiting }) => waiting)];
}

function nextDueMs<T>(entries: Map<string, StoredEntry<T>>): number {
  return waitingIn(entries).reduce((soonest, { dueAtMs }) => Math.min(soonest, dueAtMs), Number.POSITIVE_INFINITY);
}
