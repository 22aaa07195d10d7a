import type { TaskResult } from '../functions/core/outcome.ts';
import type { AlertPublisher, Clock, EventPublisher, Log } from '../functions/core/ports.ts';
import { type TaskEvent, type TaskEventOptions, toEventAttributes, toTaskEvent } from '../functions/core/task-event.ts';

/** Waits before a subscriber that failed is tried again; then the messages are given up and logged. */
const RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 120_000];
/** How often a subscriber gets a message that it gives back every time. */
export const DELIVERY_ATTEMPTS = RETRY_DELAYS_MS.length + 1;

/** Somebody who gets a topic's messages, one batch at a time. */
export type Subscriber<T> = {
  name: string;
  /** The subscription's filter policy; without it every message is wanted. */
  wants?(message: T): boolean;
  /** Batches are no larger; without it a published round stays whole. */
  maxBatch?: number;
  /** Resolves to the messages to try again; a rejection means all of the batch. */
  deliver(batch: T[]): Promise<T[]>;
};

/** A topic with a queue per subscriber, in this process: what SNS and SQS are in AWS. Ends with the process. */
export type Topic<T> = {
  subscribe(subscriber: Subscriber<T>): void;
  /** Hands a round to everybody's queue and returns; nobody waits for a slow or broken subscriber. */
  publish(messages: readonly T[]): void;
  /** Resolves when every queue is empty. */
  drained(): Promise<void>;
  /** Cuts the waits before retries short and resolves when every queue is empty. */
  stop(): Promise<void>;
};

/** Makes a topic. A subscriber's trouble is retried, then logged under its name, and never touches the others. */
export function createTopic<T>(deps: { clock: Clock; log: Log }): Topic<T> {
  const stopping = new AbortController();
  const subscribers: Subscriber<T>[] = [];
  const queues = new Map<Subscriber<T>, Promise<void>>();
  const drained = async () => {
    await Promise.all(queues.values());
  };
  return {
    subscribe(subscriber) {
      subscribers.push(subscriber);
      queues.set(subscriber, Promise.resolve());
    },
    publish(messages) {
      for (const subscriber of subscribers) {
        const wanted = messages.filter((message) => subscriber.wants?.(message) ?? true);
        const batches = toBatches(wanted, subscriber.maxBatch ?? Infinity);
        const queue = queues.get(subscriber) ?? Promise.resolve();
        queues.set(
          subscriber,
          queue.then(() => deliverAll({ ...deps, subscriber, signal: stopping.signal }, batches)),
        );
      }
    },
    drained,
    async stop() {
      stopping.abort();
      await drained();
    },
  };
}

/** An event as SNS would carry it. */
export type LocalEvent = { event: TaskEvent; attributes: Record<string, string> };

/** `TaskEvents` on one machine. */
export function createLocalEventPublisher(topic: Topic<LocalEvent>, options: TaskEventOptions): EventPublisher {
  return {
    async publish(results) {
      topic.publish(results.map((one) => ({ event: toTaskEvent(one, options), attributes: toEventAttributes(one) })));
      return { failed: [] };
    },
  };
}

/** `TaskAlerts` on one machine: a round stays together, so that a burst becomes a digest. */
export function createLocalAlertPublisher(topic: Topic<TaskResult>): AlertPublisher {
  return {
    async publish(results) {
      topic.publish(results);
      return { failed: [] };
    },
  };
}

/** Subscribes a publisher of alerts under a name; what it reports as failed is tried again. */
export function alertSubscriber(name: string, publisher: AlertPublisher): Subscriber<TaskResult> {
  return {
    name,
    async deliver(batch) {
      const { failed } = await publisher.publish(batch);
      return batch.filter(({ taskId }) => failed.some((failure) => failure.taskId === taskId));
    },
  };
}

type DeliveryDeps<T> = { subscriber: Subscriber<T>; clock: Clock; log: Log; signal: AbortSignal };

async function deliverAll<T>(deps: DeliveryDeps<T>, batches: T[][]): Promise<void> {
  for (const batch of batches) await deliverBatch(deps, batch);
}

async function deliverBatch<T>({ subscriber, clock, log, signal }: DeliveryDeps<T>, batch: T[]): Promise<void> {
  let left = await attempt(subscriber, batch);
  for (const delayMs of RETRY_DELAYS_MS) {
    if (left.length === 0) return;
    await clock.sleep(delayMs, signal);
    left = await attempt(subscriber, left);
  }
  if (left.length > 0) log.error('messages given up', { subscriber: subscriber.name, messages: left.length });
}

async function attempt<T>(subscriber: Subscriber<T>, batch: T[]): Promise<T[]> {
  try {
    return await subscriber.deliver(batch);
  } catch {
    return batch;
  }
}

function toBatches<T>(messages: T[], size: number): T[][] {
  if (messages.length === 0) return [];
  if (messages.length <= size) return [messages];
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, i) => messages.slice(i * size, (i + 1) * size));
}
