import type { SQSRecord } from 'aws-lambda';
import type { Clock } from '../../tasks/ports.ts';
import type { SlackMessage } from './slack-blocks.ts';
import { renderSlackPosts, type SlackItem } from './slack-digest.ts';
import type { SlackAnswer, SlackWebhook } from './slack-webhook.ts';

/** Slack takes one message a second from a webhook, with short bursts. */
const PACE_MS = 1_000;
const POST_TIMEOUT_MS = 10_000;
/** Kept back for dead letters, alerts and the answer to Lambda. */
const RESERVE_MS = 5_000;

/** A record's event on its way to one channel. */
export type Ticket = SlackItem & { record: SQSRecord; channel: string };

/** How a ticket ended in this invocation; `answer` is Slack's last word on it. */
export type Settled = { ticket: Ticket; answer: SlackAnswer };

export type DeliveryDeps = {
  webhook: SlackWebhook;
  clock: Clock;
  /** What is left of this invocation, in milliseconds. */
  remainingMs(): number;
};

/**
 * Posts what one channel gets for a batch, in order and at Slack's pace. Once the channel is gone, throttled for longer
 * than there is time, or out of reach, the rest is not tried and shares that answer. Never throws for what Slack does.
 */
export async function deliverToChannel(url: string, tickets: Ticket[], deps: DeliveryDeps): Promise<Settled[]> {
  const settled: Settled[] = [];
  let stop: SlackAnswer | undefined;
  for (const [index, { message, items }] of renderSlackPosts(tickets).entries()) {
    if (index > 0 && stop === undefined) await deps.clock.sleep(PACE_MS);
    const answer: SlackAnswer = stop ?? (await postWithPatience(url, message, deps));
    settled.push(...items.map((ticket) => ({ ticket, answer })));
    if (answer.kind !== 'delivered' && answer.kind !== 'refused') stop = answer;
  }
  return settled;
}

/** Waits as long as a 429 asks for, as often as the invocation's time allows. */
async function postWithPatience(url: string, message: SlackMessage, deps: DeliveryDeps): Promise<SlackAnswer> {
  const timeLeftMs = () => deps.remainingMs() - RESERVE_MS;
  while (timeLeftMs() > 0) {
    const answer = await deps.webhook.post(url, message, Math.min(POST_TIMEOUT_MS, timeLeftMs()));
    if (answer.kind !== 'throttled') return answer;
    const waitMs = Math.max(answer.retryAfterMs, PACE_MS);
    if (waitMs >= timeLeftMs()) return answer;
    await deps.clock.sleep(waitMs);
  }
  return { kind: 'unavailable', reason: 'no time left in this invocation' };
}
