import type { TaskEvent } from '../messages/task-event.ts';

/** The channel of a requester's own webhook, in `deliveries[]` and for replays; the secret may not use the name. */
export const WEBHOOK_CHANNEL = 'webhook';

/** How a post ended. `reason` is short and safe for a log: never an address, nor free text of the receiver. */
export type Answer =
  | { kind: 'delivered'; httpStatus: number }
  /** The channel, its webhook or the receiver no longer exists. */
  | { kind: 'gone'; httpStatus: number; reason: string }
  /** The message or its target breaks a rule; another try would end the same way. */
  | { kind: 'refused'; httpStatus?: number; reason: string }
  /** 429, 5xx, network, time-out: another try may succeed, not before `retryAfterMs` from now. */
  | { kind: 'unavailable'; httpStatus?: number; reason: string; retryAfterMs?: number };

/** An event on its way to one channel. `body` is its JSON as it was published, byte for byte. */
export type Item = { event: TaskEvent; body: string; mention?: string | undefined };

/** A message, and the items that are delivered when it has arrived. */
export type Post<T extends Item = Item> = { message: unknown; items: T[] };

/** How an item ended in this invocation. */
export type Sent<T extends Item> = { item: T; answer: Answer };

/** Where events can be sent: it renders and posts. The worker does the rest: retries, notes on results, alerts. */
export interface Channel {
  /** `slack`, `webhook`. */
  kind: string;
  /** Its name in `deliveries[]`. */
  name: string;
  /** For people: `Slack channel ops`. */
  title: string;
  /** For logs: the receiver's host, never its path or query. */
  host?: string;
  /** Least time between two messages. A 429 is then waited for within an invocation; without it the queue waits. */
  paceMs?: number;
  /** The messages for a batch; every item is in exactly one. */
  render<T extends Item>(items: T[]): Post<T>[];
  /** Posts one message. Never throws for what the network or the receiver does. */
  post(message: unknown, timeoutMs: number): Promise<Answer>;
  /** What an operator does after such an answer. Without it no operator is alerted. */
  repair?: Record<'gone' | 'refused', string>;
}

/** A channel that the secret names; the doctor can ask it. */
export interface NamedChannel extends Channel {
  /** Whether it works, without posting a visible message. Never throws. */
  probe(timeoutMs: number): Promise<Health>;
}

/** `fix` is for whoever runs the doctor. */
export type Health = { level: 'ok'; message: string } | { level: 'warn' | 'fail'; message: string; fix: string };

export type Destination = { channel: Channel; mention?: string | undefined };

/** Where an event goes; `unknown` when a replay names a channel that does not exist. */
export type Routed = { kind: 'to'; destinations: Destination[] } | { kind: 'unknown'; channel: string; reason: string };

/** Finds the channels of an event. `only` is the one channel that a replay is for. Rejects when it cannot know now. */
export interface Router {
  route(event: TaskEvent, only?: string): Promise<Routed>;
}
