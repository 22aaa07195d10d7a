import { createRetryPolicy } from '../functions/channels/webhook/webhook-retry.ts';
import type { Clock, Log } from '../functions/tasks/ports.ts';
import type { Outbox, StoredEntry, Waiting } from './outbox.ts';
import type { Attempt, Returned, Subscriber } from './subscriber.ts';

export type BatchDeps<T> = {
  subscriber: Subscriber<T>;
  clock: Clock;
  log: Log;
  outbox: Outbox<T>;
  /** What the subscriber has still to get; kept up to date here, as the outbox is. */
  entries: Map<string, StoredEntry<T>>;
};

/** Nobody else retries at the same time, so the waits need no jitter: what failed together stays together. */
const retryAfter = createRetryPolicy(() => 0.5);

/** Delivers messages once, and keeps those that have to be tried again with the time when. Never throws. */
export async function deliverBatch<T>(batch: Waiting<T>[], deps: BatchDeps<T>): Promise<void> {
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

/** What each failed attempt becomes; those that were tried long enough are logged, and are not among them. */
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
  if (messages > 0) log.error('messages given up', { channel: subscriber.name, messages });
  return retries;
}

/** An outbox that cannot be written does not stop deliveries: at worst a later process repeats some. */
async function keep<T>(entry: StoredEntry<T>, { entries, outbox, log, subscriber }: BatchDeps<T>): Promise<void> {
  const isOver = entry.waiting.length === 0;
  if (isOver) entries.delete(entry.id);
  else entries.set(entry.id, entry);
  await (isOver ? outbox.remove(entry.id) : outbox.replace(entry)).catch((error: unknown) =>
    log.error('what was delivered may be sent again after a restart', { channel: subscriber.name, error }),
  );
}
