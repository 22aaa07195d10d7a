import type { Delivery } from '../tasks/result.ts';
import { type ReceivedRecord, receivesOf } from './queue-record.ts';

/** The channel of a requester's own webhook, in `deliveries[]` and for replays; every other one is Slack's. */
export const WEBHOOK_CHANNEL = 'webhook';

/** How the handing over of a record to one channel ended. `reason` is a class such as `HTTP 404`, never an address. */
export type DeliveryEnd = Pick<Delivery, 'channel' | 'status'> & { reason?: string; httpStatus?: number | undefined };

/**
 * The end as `deliveries[]` of the task's result has it. Receives stand for attempts: each but those that a fault of our
 * own cut short is one.
 */
export function toDelivery(record: ReceivedRecord, end: DeliveryEnd, nowMs: number): Delivery {
  const { channel, status, reason, httpStatus } = end;
  return {
    channel,
    status,
    at: new Date(nowMs).toISOString(),
    attempts: receivesOf(record),
    ...(httpStatus !== undefined && { http_status: httpStatus }),
    ...(reason !== undefined && { reason }),
  };
}
