import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { createRetryPolicy, NAMED_CHANNELS } from '../../../functions/channels/queues.ts';
import { createRuleRouter } from '../../../functions/channels/routes.ts';
import { parseRouting } from '../../../functions/channels/routing.ts';
import { createWorker } from '../../../functions/channels/worker.ts';
import type { OperatorAlert } from '../../../functions/messages/operator-alerter.ts';
import type { TaskEvent } from '../../../functions/messages/task-event.ts';
import type { Delivery } from '../../../functions/tasks/result.ts';
import { createFakeClock, createMetricSums, START_MS } from '../../support/fixtures.ts';
import type { SlackServer } from './slack-server.ts';

/** A record in the dead letters. */
export type Buried = { body: string; attributes: Record<string, string>; reason: string };

/** One write on a result. */
export type Note = { taskId: string; deliveries: readonly Delivery[] };

/** After so many receives the queue of the tests gives a record up. */
/** At this receive a day has passed since the first one. */
export const MAX_RECEIVES = 15;

/** A handler on a real webhook adapter and a clock that never really waits, and everything that it left behind. */
export function setUp(server: SlackServer, { rules = [] as unknown[], invocationMs = 60_000 } = {}) {
  const clock = createFakeClock();
  const buried: Buried[] = [];
  const delays: { receipt: string; delayMs: number }[] = [];
  const alerts: OperatorAlert[] = [];
  const lines: string[] = [];
  const metrics = createMetricSums();
  const queue = { isBroken: false };
  const table = { notes: [] as Note[], isBroken: false, takesMs: 0 };
  const write = (message: string, fields?: Record<string, unknown>) =>
    lines.push(JSON.stringify({ message, ...fields }));
  const routing = parseRouting({
    channels: { ops: server.url('ops'), payments: server.url('payments') },
    rules,
    default: ['ops'],
  });
  const handler = createWorker({
    queue: NAMED_CHANNELS,
    router: async () => createRuleRouter(routing, clock),
    retry: createRetryPolicy(() => 0.5),
    delay: async (receipt, delayMs) => void delays.push({ receipt, delayMs }),
    deadLetters: {
      async send(record, reason) {
        if (queue.isBroken) throw new Error('queue is broken');
        buried.push({ ...record, reason });
      },
    },
    results: {
      get: async () => undefined,
      async recordDeliveries(taskId, deliveries) {
        clock.advance(table.takesMs);
        if (table.isBroken) throw new Error('table is broken');
        table.notes.push({ taskId, deliveries });
      },
    },
    alerter: {
      async raise(alert) {
        const isNew = alerts.every(({ key }) => key !== alert.key);
        if (isNew) alerts.push(alert);
        return isNew;
      },
    },
    metrics,
    log: { info: write, warn: write, error: write },
    clock,
  });
  const handle = async (...records: SQSRecord[]): Promise<string[]> => {
    const endsAtMs = clock.now() + invocationMs;
    const context = { getRemainingTimeInMillis: () => endsAtMs - clock.now() };
    const { batchItemFailures } = await handler({ Records: records } satisfies SQSEvent, context);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return { handle, buried, delays, alerts, lines, metrics, clock, queue, table };
}

/** A record as raw delivery makes it. */
export function record(
  messageId: string,
  body: string | TaskEvent,
  attributes: Record<string, string> = {},
): SQSRecord {
  const messageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
  );
  return {
    messageId,
    receiptHandle: 'r',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 's',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes,
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:slack',
    awsRegion: 'eu-central-1',
  };
}

/** The record at its n-th receive. */
export function received(one: SQSRecord, count: number): SQSRecord {
  const firstAtMs = START_MS - (count < MAX_RECEIVES ? 0 : 86_400_000);
  return {
    ...one,
    attributes: {
      ...one.attributes,
      ApproximateReceiveCount: `${count}`,
      ApproximateFirstReceiveTimestamp: `${firstAtMs}`,
    },
  };
}

/** The same in SNS's envelope. */
export function enveloped(messageId: string, event: TaskEvent, attributes: Record<string, string> = {}): SQSRecord {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, Value]) => [name, { Type: 'String', Value }]),
  );
  return record(messageId, JSON.stringify({ Type: 'Notification', Message: JSON.stringify(event), MessageAttributes }));
}
