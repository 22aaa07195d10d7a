import type { SlackMessage } from './slack-blocks.ts';

/** How a POST to an incoming webhook ended. `reason` is Slack's own short word; it never holds the URL. */
export type SlackAnswer =
  | { kind: 'delivered'; httpStatus: number }
  /** 429: nothing is wrong but the pace. */
  | { kind: 'throttled'; retryAfterMs: number }
  /** 5xx, network, time-out: another time may do. */
  | { kind: 'unavailable'; reason: string }
  /** 400: Slack will never take this message. */
  | { kind: 'refused'; httpStatus: number; reason: string }
  /** 403, 404, 410 and other answers that no retry changes: the channel or its webhook is no more. */
  | { kind: 'gone'; httpStatus: number; reason: string };

/** Posts to one incoming webhook. Never throws for what the network or Slack does. */
export interface SlackWebhook {
  post(url: string, message: SlackMessage, timeoutMs: number): Promise<SlackAnswer>;
}
