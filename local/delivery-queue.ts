import { createRetryPolicy } from '../functions/channels/queues.ts';
import type { Clock, Log } from '../functions/tasks/ports.ts';
import type { Attempt, Outbox, Returned, StoredEntry, Subscriber, Waiting } from './outbox.ts';

/** One subscriber's queue: what SQS is in AWS. */
export type DeliveryQueue<T> = {
  /** Accepts entries that the outbox keeps, and starts. */
  accept(entries: readonly StoredEntry<T>[]): void;
  /** Resolves when nothing is left. */
  drained(): Promise<void>;
  /** Delivers due messages, leaves the rest in the outbox, and resolves. */
  stop(): Promise<void>;
};

/** The clock is read again at least so often, because it may have been wrong. */
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

type BatchDeps<T> = {
  subscriber: Subscriber<T>;
  clock: Clock;
  log: Log;
  outbox: Outbox<T>;
  /** The subscriber's undelivered messages; kept up to date here, as the outbox is. */
  entries: Map<string, StoredEntry<T>>;
};

/** No other process retries at the same time, so the waits need no jitter: messages that failed together stay together. */
const retryAfter = createRetryPolicy(() => 0.5);

/** Delivers messages once, and keeps those to repeat with their next time. Never throws. */
async function deliverBatch<T>(batch: Waiting<T>[], deps: BatchDeps<T>): Promise<void> {
  const startedMs = deps.clock.now();
  const attempts = new Map(batch.map((one) => [one, { ...one, firstAtMs: one.firstAtMs ?? startedMs }]));
  const retries = toRetries(await attempt(deps.subscriber, [...attempts.values()]), deps);
  const left = (one: Waiting<T>): Waiting<T>[] => {
    const made = attempts.get(one);
    if (made === undefined) return [one];
    const retry = retries.get(made);
    return retry === undefined ? [] : [retry];
  };
  const touched = deps.entries.values().filter(({ waiting }) => waiting.some((one) => attempts.has(one)));
  await Promise.all([...touched].map((entry) => keep({ ...entry, waiting: entry.waiting.flatMap(left) }, deps)));
}

async function attempt<T>(subscriber: Subscriber<T>, batch: Attempt<T>[]): Promise<Returned<T>[]> {
  try {
    return await subscriber.deliver(batch);
  } catch {
    return batch.map((one) => ({ attempt: one }));
  }
}

/** The next try of each failed attempt; those that were tried long enough are logged and left out. */
function toRetries<T>(returned: Returned<T>[], { subscriber, clock, log }: BatchDeps<T>) {
  const nowMs = clock.now();
  const retries = new Map<Attempt<T>, Waiting<T>>();
  for (const { attempt, delayMs } of returned) {
    const attempts = attempt.attempts + 1;
    const usual = retryAfter({ attempts, firstAtMs: attempt.firstAtMs, nowMs });
    const waitMs = delayMs ?? (usual.kind === 'retry' ? usual.delayMs : undefined);
    if (waitMs !== undefined) retries.set(attempt, { ...attempt, attempts, dueAtMs: nowMs + waitMs });
  }
  const messages = returned.length - retries.size;
  if (messages > 0) log.error('messages dropped', { channel: subscriber.name, messages });
  return retries;
}

/** An outbox that cannot be written does not stop deliveries: at worst a later process repeats some. */
async function keep<T>(entry: StoredEntry<T>, { entries, outbox, log, subscriber }: BatchDeps<T>): Promise<void> {
  const isOver = entry.waiting.length === 0;
  if (isOver) entries.delete(entry.id);
  else entries.set(entry.id, entry);
  await (isOver ? outbox.remove(entry.id) : outbox.replace(entry)).catch((error: unknown) =>
    log.error('delivered messages may be sent again after a restart', { channel: subscriber.name, error }),
  );
}
