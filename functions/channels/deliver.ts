import type { Clock } from '../tasks/ports.ts';
import type { Answer, Channel, Item } from './channel.ts';

const POST_TIMEOUT_MS = 10_000;
/** Kept back for dead letters, notes, alerts and the answer to Lambda. */
const RESERVE_MS = 5_000;

/** How an item ended in this invocation. */
export type Sent<T extends Item> = { item: T; answer: Answer };

export type DeliveryTime = {
  clock: Clock;
  /** What is left of this invocation, in milliseconds. */
  remainingMs(): number;
};

/**
 * Posts a channel's part of a batch, in order and at its pace. Once the channel is gone, throttled for longer than there
 * is time, or out of reach, the rest is not tried and shares that answer. Never throws for what the receiver does.
 */
export async function deliver<T extends Item>(channel: Channel, items: T[], time: DeliveryTime): Promise<Sent<T>[]> {
  const sent: Sent<T>[] = [];
  let stop: Answer | undefined;
  for (const [index, post] of channel.render(items).entries()) {
    if (index > 0 && stop === undefined) await time.clock.sleep(channel.paceMs ?? 0);
    const answer: Answer = stop ?? (await postWithPatience(channel, post.message, time));
    sent.push(...post.items.map((item) => ({ item, answer })));
    if (answer.kind === 'gone' || answer.kind === 'unavailable') stop = answer;
  }
  return sent;
}

/** Waits as long as a 429 asks for, as often as the invocation's time allows. */
async function postWithPatience(channel: Channel, message: unknown, time: DeliveryTime): Promise<Answer> {
  const { paceMs } = channel;
  const timeLeftMs = () => time.remainingMs() - RESERVE_MS;
  while (timeLeftMs() > 0) {
    const answer = await channel.post(message, Math.min(POST_TIMEOUT_MS, timeLeftMs()));
    if (answer.kind !== 'unavailable' || answer.retryAfterMs === undefined || paceMs === undefined) return answer;
    const waitMs = Math.max(answer.retryAfterMs, paceMs);
    if (waitMs >= timeLeftMs()) return answer;
    await time.clock.sleep(waitMs);
  }
  return { kind: 'unavailable', reason: 'no time left in this invocation' };
}
