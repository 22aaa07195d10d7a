import type { SQSRecord } from 'aws-lambda';
import { createRetryPolicy, WEBHOOKS } from '../../../functions/channels/queues.ts';
import { createCallbackRouter } from '../../../functions/channels/webhook/channel.ts';
import { parseSigningKeys } from '../../../functions/channels/webhook/settings.ts';
import { createWorker } from '../../../functions/channels/worker.ts';
import { StoreError } from '../../../functions/tasks/errors.ts';
import type { Delivery, TaskResult } from '../../../functions/tasks/result.ts';
import { createFakeClock, createMetricSums } from '../../support/fixtures.ts';
import type { Buried } from '../slack/setup.ts';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const OLD_SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;

/** The secret of the tests: a profile that signs, one in rotation, one that cannot, and one whose secret is wrong. */
export const PROFILES = {
  default: { project_id: 'p', webhook_secrets: [SECRET] },
  rotating: { project_id: 'p', webhook_secrets: [SECRET, OLD_SECRET] },
  silent: { project_id: 'p' },
  broken: { project_id: 'p', webhook_secrets: ['whsec_c2hvcnQ='] },
};

/** The handler on a real poster and real signatures, with the table and queues as plain lists. */
export function setUp(stored: TaskResult[] = []) {
  // The oracle compares timestamps with the time of day.
  const clock = createFakeClock(Date.now());
  const rows = new Map(stored.map((result) => [result.taskId, result]));
  const deliveries: (Delivery & { taskId: string })[] = [];
  const delays: { receiptHandle: string; delayMs: number }[] = [];
  const buried: Buried[] = [];
  const lines: { level: string; text: string }[] = [];
  const broken = { get: false, record: false, queue: false, deadLetters: false, keys: false };
  /** Of each invocation. */
  const time = { leftMs: 60_000 };
  const metrics = createMetricSums();
  const failIf = (isBroken: boolean) => {
    if (isBroken) throw new StoreError('out of order');
  };
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    lines.push({ level, text: JSON.stringify({ message, ...fields }) });
  const router = createCallbackRouter({
    results: {
      async get(taskId) {
        failIf(broken.get);
        return rows.get(taskId);
      },
    },
    async signingKeys() {
      failIf(broken.keys);
      return parseSigningKeys(JSON.stringify({ profiles: PROFILES }));
    },
    ...{ allowLoopback: true, metrics, clock },
  });
  const handler = createWorker({
    queue: WEBHOOKS,
    router: async () => router,
    results: {
      get: async () => undefined,
      async recordDeliveries(taskId, made) {
        failIf(broken.record);
        deliveries.push(...made.map((delivery) => ({ taskId, ...delivery })));
      },
    },
    async delay(receiptHandle, delayMs) {
      failIf(broken.queue);
      delays.push({ receiptHandle, delayMs });
    },
    retry: createRetryPolicy(() => 0.5),
    deadLetters: {
      async send(record, reason) {
        failIf(broken.deadLetters);
        buried.push({ ...record, reason });
      },
    },
    metrics,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    clock,
  });
  const handle = async (...records: SQSRecord[]): Promise<string[]> => {
    const { batchItemFailures } = await handler({ Records: records }, { getRemainingTimeInMillis: () => time.leftMs });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return { handle, clock, time, deliveries, delays, buried, lines, broken, metrics };
}

/** A record at its n-th receive, `firstAtMs` being that of the first. */
export function receive(record: SQSRecord, { count = 1, firstAtMs = 0 } = {}): SQSRecord {
  const attributes = {
    ...record.attributes,
    ApproximateReceiveCount: `${count}`,
    ApproximateFirstReceiveTimestamp: `${firstAtMs}`,
  };
  return { ...record, attributes };
}
