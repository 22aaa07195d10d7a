import type { Clock, Log } from '../functions/tasks/ports.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import type { Outbox, OutboxEntry, Subscriber } from './outbox.ts';

/** So many messages are kept together: each rewrite of an entry is then small, and a round takes few. */
const ENTRY_MESSAGES = 100;

/** A topic with a queue per subscriber: what SNS and SQS are in AWS. Like them it keeps undelivered messages. */
export type Topic<T> = {
  subscribe(subscriber: Subscriber<T>): void;
  /** Continues with the messages that earlier processes left; once, after all have subscribed. */
  resume(): void;
  /**
   * Resolves when the messages are kept for every subscriber that wants them, without waiting for any delivery.
   * Throws `StoreError`, and then no subscriber gets them.
   */
  publish(messages: readonly T[]): Promise<void>;
  /** Resolves when every queue is empty, retries included. */
  drained(): Promise<void>;
  /** Delivers due messages and resolves. Messages that wait for their next try are kept for the next process. */
  stop(): Promise<void>;
};

/** Makes a topic. A subscriber's trouble is retried, then logged under its name, and never touches the others. */
export function createTopic<T>(deps: { clock: Clock; log: Log; outbox: Outbox<T> }): Topic<T> {
  const { clock, log, outbox } = deps;
  const queues = new Map<string, { subscriber: Subscriber<T>; queue: DeliveryQueue<T> }>();
  const onAll = async (act: (queue: DeliveryQueue<T>) => Promise<void>) => {
    await Promise.all(queues.values().map(({ queue }) => act(queue)));
  };
  return {
    subscribe(subscriber) {
      queues.set(subscriber.name, { subscriber, queue: createDeliveryQueue({ ...deps, subscriber }) });
    },
    resume() {
      for (const [name, entries] of Map.groupBy(outbox.takeLeft(), ({ subscriber }) => subscriber)) {
        const found = queues.get(name);
        const messages = entries.reduce((sum, { waiting }) => sum + waiting.length, 0);
        if (found === undefined)
          log.warn('undelivered messages for a channel that is not configured', { channel: name, messages });
        else log.warn('sending messages that the last run left', { channel: name, messages });
        found?.queue.accept(entries);
      }
    },
    async publish(messages) {
      const nowMs = clock.now();
      const entries = [...queues.values().flatMap(({ subscriber }) => toEntries(subscriber, messages, nowMs))];
      if (entries.length === 0) return;
      const stored = await outbox.add(entries);
      for (const [name, own] of Map.groupBy(stored, ({ subscriber }) => subscriber))
        queues.get(name)?.queue.accept(own);
    },
    drained: () => onAll((queue) => queue.drained()),
    stop: () => onAll((queue) => queue.stop()),
  };
}

function toEntries<T>(subscriber: Subscriber<T>, messages: readonly T[], nowMs: number): OutboxEntry<T>[] {
  const waiting = messages
    .filter((message) => subscriber.wants?.(message) ?? true)
    .map((message) => ({ message, attempts: 0, dueAtMs: nowMs }));
  return Array.from({ length: Math.ceil(waiting.length / ENTRY_MESSAGES) }, (_, i) => ({
    subscriber: subscriber.name,
    waiting: waiting.slice(i * ENTRY_MESSAGES, (i + 1) * ENTRY_MESSAGES),
  }));
}
