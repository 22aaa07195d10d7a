import { createRetryPolicy } from '../functions/channels/queues.ts';
import type { MessageQueues, Postponed, WaitingMessage } from '../functions/stores/sqlite/messages.ts';
import type { Clock, Log } from '../functions/tasks/ports.ts';

/** A message on its way: `attempts` were made before this one, the first of all at `firstAtMs`. */
export type Attempt<T> = Required<WaitingMessage> & { message: T };

/** An attempt that failed. `delayMs` is the wait that the subscriber asks for; without it the usual waits apply. */
export type Returned<T> = { attempt: Attempt<T>; delayMs?: number | undefined; reason?: string | undefined };

/** A receiver of a topic's messages, one batch at a time. */
export type Subscriber<T> = {
  /** Finds the messages that an earlier process left for it. */
  name: string;
  /** The subscription's filter policy; without it every message is wanted. */
  wants?(message: T): boolean;
  /** Batches are no larger. Default 1000. */
  maxBatch?: number;
  /** Resolves to the attempts to repeat; a rejection means all of the batch. */
  deliver(batch: Attempt<T>[]): Promise<Returned<T>[]>;
};

/** One subscriber's queue: what SQS is in AWS. */
export type DeliveryQueue = {
  /** Starts to deliver what the database has for it. */
  wake(): void;
  /** Resolves when nothing is left. */
  drained(): Promise<void>;
  /** Delivers due messages, leaves the rest in the database, and resolves. */
  stop(): Promise<void>;
};

type QueueDeps<T> = { topic: string; subscriber: Subscriber<T>; queues: MessageQueues; clock: Clock; log: Log };

const MAX_BATCH = 1_000;
/** The clock is read again at least so often, because it may have been set. */
const LONGEST_SLEEP_MS = 60_000;
/** When the database can be neither read nor written. */
const TROUBLE_SLEEP_MS = 5_000;
/** No other process retries at the same time, so the waits need no jitter: messages that failed together stay together. */
const retryAfter = createRetryPolicy(() => 0.5);

/** Delivers in order of publishing, each message when it is due; one that waits for its next try holds up no other. */
export function createDeliveryQueue<T>(deps: QueueDeps<T>): DeliveryQueue {
  const { topic, subscriber, queues, clock, log } = deps;
  const name = { topic, subscriber: subscriber.name };
  const ends = createEnds(queues);
  const failures = createFailureLog(log, subscriber.name);
  let sleeping = new AbortController();
  let isStopping = false;
  let running = Promise.resolve();

  const deliverDue = async (due: WaitingMessage[]) => {
    const startedMs = clock.now();
    const batch = due.map((one) => ({ ...one, firstAtMs: one.firstAtMs ?? startedMs }) as Attempt<T>);
    const returned = await attempt(subscriber, batch);
    failures.note(batch.length, returned);
    const again = toRetries(returned, deps);
    const repeated = new Set(again.map(({ id }) => id));
    await ends.record({ done: batch.flatMap(({ id }) => (repeated.has(id) ? [] : [id])), again });
  };
  const sleep = async (ms: number) => {
    sleeping = new AbortController();
    await clock.sleep(ms, sleeping.signal);
  };
  /** One step: a batch, or a wait. False when there is nothing left to do. */
  const step = async (): Promise<boolean> => {
    await ends.flush();
    const nowMs = clock.now();
    const due = ends.open(queues.due(name, nowMs, (subscriber.maxBatch ?? MAX_BATCH) + ends.size()), nowMs);
    if (due.length > 0) await deliverDue(due.slice(0, subscriber.maxBatch ?? MAX_BATCH));
    else {
      const nextMs = queues.nextDueMs(name);
      if (nextMs === undefined || isStopping) return false;
      await sleep(Math.max(1, Math.min(nextMs - nowMs, LONGEST_SLEEP_MS)));
    }
    return true;
  };
  const work = async () => {
    for (let isBusy = true; isBusy; ) {
      try {
        isBusy = await step();
      } catch (error) {
        failures.trouble(error);
        if (isStopping) return;
        await sleep(TROUBLE_SLEEP_MS);
      }
    }
  };
  // A run that finds nothing to do ends at once, so each call may start one: no message can be overlooked.
  const run = () => {
    sleeping.abort();
    running = running.then(work);
    return running;
  };
  return {
    wake: () => void run(),
    drained: () => running,
    async stop() {
      isStopping = true;
      await run();
      const messages = queues
        .waiting()
        .find((one) => one.topic === topic && one.subscriber === subscriber.name)?.messages;
      if (messages !== undefined) log.warn('kept for the next start', { channel: subscriber.name, messages });
    },
  };
}

async function attempt<T>(subscriber: Subscriber<T>, batch: Attempt<T>[]): Promise<Returned<T>[]> {
  try {
    return await subscriber.deliver(batch);
  } catch (error) {
    return batch.map((one) => ({ attempt: one, reason: error instanceof Error ? error.message : 'unknown' }));
  }
}

/** The next try of each failed attempt; those that were tried long enough are logged and left out. */
function toRetries<T>(returned: Returned<T>[], { subscriber, clock, log }: QueueDeps<T>): Postponed[] {
  const nowMs = clock.now();
  const retries = returned.flatMap(({ attempt: { id, attempts: before, firstAtMs }, delayMs }) => {
    const attempts = before + 1;
    const usual = retryAfter({ attempts, firstAtMs, nowMs });
    const waitMs = delayMs ?? (usual.kind === 'retry' ? usual.delayMs : undefined);
    return waitMs === undefined ? [] : [{ id, attempts, firstAtMs, dueAtMs: nowMs + waitMs }];
  });
  const messages = returned.length - retries.length;
  if (messages > 0) log.error('messages dropped', { channel: subscriber.name, messages });
  return retries;
}

/**
 * How deliveries ended, until the database has it. A full disk does not stop deliveries, and what has arrived is not
 * sent again by this process; at worst a later one repeats it.
 */
function createEnds(queues: MessageQueues) {
  let done: number[] = [];
  let again: Postponed[] = [];
  const flush = async () => {
    if (done.length + again.length === 0) return;
    await queues.record({ done, again });
    done = [];
    again = [];
  };
  return {
    flush,
    size: () => done.length + again.length,
    async record(ends: { done: number[]; again: Postponed[] }) {
      done = [...done, ...ends.done];
      again = [...again, ...ends.again];
      await flush();
    },
    open(due: WaitingMessage[], nowMs: number): WaitingMessage[] {
      const finished = new Set(done);
      const later = new Set(again.filter(({ dueAtMs }) => dueAtMs > nowMs).map(({ id }) => id));
      return due.filter(({ id }) => !finished.has(id) && !later.has(id));
    },
  };
}

/** Says of a channel that it fails, once and with the reason, and when it works again, with the number of failures. */
function createFailureLog(log: Log, channel: string) {
  let failed = 0;
  let last = '';
  return {
    note(messages: number, returned: readonly Returned<unknown>[]) {
      const [first] = returned;
      if (first && failed === 0)
        log.warn('channel does not accept messages, trying again', { channel, reason: first.reason });
      failed += returned.length;
      if (returned.length === messages || failed === 0) return;
      log.warn('channel accepts messages again', { channel, failed_attempts: failed });
      failed = 0;
    },
    trouble(error: unknown) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== last) log.error('undelivered messages cannot be read or noted', { channel, reason });
      last = reason;
    },
  };
}
