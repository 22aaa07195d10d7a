/** One signed POST to a webhook of the requester's own. `body` is sent byte for byte, as UTF-8. */
export type WebhookRequest = { url: string; headers: Record<string, string>; body: string };

/**
 * How a POST ended. `reason` is short and safe for a log: an HTTP status, a system's error code, or a rule of ours. It
 * never holds the path or query of the URL, nor anything that the receiver wrote.
 */
export type WebhookAnswer =
  | { kind: 'delivered'; httpStatus: number }
  /** 410: the receiver wants no more. */
  | { kind: 'gone'; httpStatus: number; reason: string }
  /** A URL, an address or a redirect that is refused by rule; another try would end the same way. */
  | { kind: 'refused'; httpStatus?: number; reason: string }
  /** Any other status, the network, the time-out: another time may do. */
  | { kind: 'unavailable'; httpStatus?: number; reason: string; retryAfterMs?: number };

/** Posts to one webhook. Never throws for what the network or the receiver does. */
export interface WebhookPoster {
  post(request: WebhookRequest): Promise<WebhookAnswer>;
}

/** The queue that an event comes from. */
export interface RetryQueue {
  /** Hides a received message for `delayMs` from now. Throws `StoreError` where the queue does not take it. */
  delay(receiptHandle: string, delayMs: number): Promise<void>;
}
