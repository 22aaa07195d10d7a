import type { MessageQueues } from '../functions/stores/sqlite/messages.ts';
import type { Clock, Log } from '../functions/tasks/ports.ts';
import { createDeliveryQueue, type DeliveryQueue, type Subscriber } from './delivery-queue.ts';

/** A message that cannot be kept, by its own fault: no JSON can be made of it. */
export type Refused<T> = { message: T; reason: string };

/** A topic with a queue per subscriber: what SNS and SQS are in AWS. Like them it keeps undelivered messages. */
export type Topic<T> = {
  subscribe(subscriber: Subscriber<T>): void;
  /** Continues with the messages that earlier processes left; once, after all have subscribed. */
  resume(): void;
  /**
   * Resolves when the messages are kept for every subscriber that wants them, without waiting for any delivery; to those
   * that could not be kept. Rejects with `StoreError`, and then no subscriber gets any.
   */
  publish(messages: readonly T[]): Promise<Refused<T>[]>;
  /** Resolves when every queue is empty, retries included. */
  drained(): Promise<void>;
  /** Delivers due messages and resolves. Messages that wait for their next try are kept for the next process. */
  stop(): Promise<void>;
};

type TopicDeps = { name: string; queues: MessageQueues; clock: Clock; log: Log };

/** Makes a topic. A subscriber's trouble is retried, then logged under its name, and never touches the others. */
export function createTopic<T>({ name: topic, ...deps }: TopicDeps): Topic<T> {
  const { queues, clock, log } = deps;
  const subscribed = new Map<string, { subscriber: Subscriber<T>; queue: DeliveryQueue }>();
  const onAll = async (act: (queue: DeliveryQueue) => Promise<void>) => {
    await Promise.all(subscribed.values().map(({ queue }) => act(queue)));
  };
  return {
    subscribe(subscriber) {
      const queue = createDeliveryQueue<T>({ ...deps, topic, subscriber });
      subscribed.set(subscriber.name, { subscriber, queue });
    },
    resume() {
      for (const { subscriber: channel, messages } of queues.waiting().filter((one) => one.topic === topic)) {
        const found = subscribed.get(channel);
        if (found === undefined)
          log.warn('undelivered messages for a channel that is not configured', { channel, messages });
        else log.warn('sending messages that the last run left', { channel, messages });
        found?.queue.wake();
      }
    },
    async publish(messages) {
      const dueAtMs = clock.now();
      const { kept, refused } = toJson(messages);
      const wanted = [...subscribed.values()].flatMap(({ subscriber }) =>
        kept
          .filter(({ message }) => subscriber.wants?.(message) ?? true)
          .map(({ json }) => ({ topic, subscriber: subscriber.name, json, dueAtMs })),
      );
      if (wanted.length > 0) await queues.add(wanted);
      for (const { subscriber } of wanted) subscribed.get(subscriber)?.queue.wake();
      return refused;
    },
    drained: () => onAll((queue) => queue.drained()),
    stop: () => onAll((queue) => queue.stop()),
  };
}

function toJson<T>(messages: readonly T[]): { kept: { message: T; json: string }[]; refused: Refused<T>[] } {
  const kept: { message: T; json: string }[] = [];
  const refused: Refused<T>[] = [];
  for (const message of messages) {
    try {
      kept.push({ message, json: JSON.stringify(message) });
    } catch (error) {
      refused.push({ message, reason: `no JSON can be made of it (${(error as Error).name})` });
    }
  }
  return { kept, refused };
}
