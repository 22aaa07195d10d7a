import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SQSRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { createRetryPolicy, NAMED_CHANNELS } from '../../functions/channels/queues.ts';
import { createRuleRouter } from '../../functions/channels/routes.ts';
import { parseRouting } from '../../functions/channels/routing.ts';
import { createWorker, type Worker } from '../../functions/channels/worker.ts';
import type { TaskEvent } from '../../functions/messages/task-event.ts';
import type { Clock } from '../../functions/tasks/ports.ts';
import type { Delivery } from '../../functions/tasks/result.ts';
import { FAILED, makeEvent } from '../../generate/sample-events.ts';
import { createFakeClock, createMetricSums, silentLog } from '../support/fixtures.ts';
import { record } from './slack/setup.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As lib/notifications.ts and lib/queue-worker.ts have them. */
const QUEUE = { batch: 100, visibilityMs: 360_000, retentionMs: 2 * DAY_MS, maxReceives: 250 };

type Queued = { record: SQSRecord; sentAtMs: number; visibleAtMs: number; receives: number; firstAtMs?: number };

/** An SQS queue with its event source mapping on a clock that never waits: receives, counts, hides, and gives up as SQS does. */
class VirtualQueue {
  readonly #clock: Clock & { advance(ms: number): void };
  #queued: Queued[] = [];
  readonly lost: SQSRecord[] = [];

  constructor(clock: Clock & { advance(ms: number): void }) {
    this.#clock = clock;
  }

  send(sent: SQSRecord) {
    const nowMs = this.#clock.now();
    this.#queued.push({
      record: { ...sent, receiptHandle: sent.messageId },
      sentAtMs: nowMs,
      visibleAtMs: nowMs,
      receives: 0,
    });
  }

  hide(receipt: string, delayMs: number) {
    for (const one of this.#queued) if (one.record.messageId === receipt) one.visibleAtMs = this.#clock.now() + delayMs;
  }

  nextAtMs(): number {
    return Math.min(...this.#queued.map(({ visibleAtMs }) => visibleAtMs));
  }

  /** One invocation with what is visible now. */
  async invoke(worker: Worker) {
    const nowMs = this.#clock.now();
    const batch = this.#queued.filter(({ visibleAtMs }) => visibleAtMs <= nowMs).slice(0, QUEUE.batch);
    for (const one of batch) {
      one.receives += 1;
      one.firstAtMs ??= nowMs;
      one.visibleAtMs = nowMs + QUEUE.visibilityMs;
    }
    const endsAtMs = nowMs + 60_000;
    const context = { getRemainingTimeInMillis: () => endsAtMs - this.#clock.now() };
    const { batchItemFailures } = await worker({ Records: batch.map(toRecord) }, context);
    const back = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const isOver = (one: Queued) =>
      this.#clock.now() - one.sentAtMs > QUEUE.retentionMs || one.receives >= QUEUE.maxReceives;
    this.lost.push(...this.#queued.filter(isOver).map(({ record }) => record));
    this.#queued = this.#queued.filter(
      (one) => !isOver(one) && (!batch.includes(one) || back.has(one.record.messageId)),
    );
  }
}

function toRecord({ record, receives, firstAtMs }: Queued): SQSRecord {
  const attributes = {
    ...record.attributes,
    ApproximateReceiveCount: `${receives}`,
    ApproximateFirstReceiveTimestamp: `${firstAtMs}`,
  };
  return { ...record, attributes };
}

/** Slack, Teams and PagerDuty on loopback; what each took, and the one that is down. */
async function startServices() {
  const taken: Record<string, string[]> = { slack: [], teams: [], pager: [] };
  const down = new Set<string>();
  const server = createServer(async (request, response) => {
    const name = request.url?.slice(1) ?? '';
    const body = await text(request);
    if (!down.has(name)) taken[name]?.push(body);
    response.writeHead(down.has(name) ? 503 : 202).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    taken,
    down,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const eventOf = (n: number, atMs: number): TaskEvent =>
  makeEvent({ ...FAILED, taskId: `task-${String(n).padStart(3, '0')}`, completedAtMs: atMs, label: `team-${n}` });

it.each([
  ['the least jitter', 0],
  ['the most jitter', 1],
])(
  'Teams is down for a day: nothing is lost and nothing is sent twice, with %s and a new instance each time',
  async (_, random) => {
    await using services = await startServices();
    const clock = createFakeClock();
    const startMs = clock.now();
    const queue = new VirtualQueue(clock);
    const buried: string[] = [];
    const rows = new Map<string, { completedAtMs: number; deliveries: Delivery[] }>();
    const routing = parseRouting({
      channels: {
        slack: { type: 'slack', url: `${services.url}/slack` },
        teams: { type: 'teams', url: `${services.url}/teams` },
        pager: { type: 'pagerduty', routing_key: 'a'.repeat(32), url: `${services.url}/pager` },
      },
      rules: [{ when: { outcome: ['failed'] }, channels: ['slack', 'teams', 'pager'] }],
      default: [],
    });
    const newInstance = () =>
      createWorker({
        ...{ queue: NAMED_CHANNELS, clock, log: silentLog, metrics: createMetricSums() },
        router: async () => createRuleRouter(routing, clock),
        retry: createRetryPolicy(() => random),
        delay: async (receipt, delayMs) => queue.hide(receipt, delayMs),
        deadLetters: { send: async (_record, reason) => void buried.push(reason) },
        results: {
          get: async (taskId) => rows.get(taskId),
          recordDeliveries: async (taskId, made) => void rows.get(taskId)?.deliveries.push(...made),
        },
      });

    // One task an hour, and a burst of eight that becomes a digest.
    const due = [...Array.from({ length: 24 }, (_, hour) => hour), ...Array.from({ length: 8 }, () => 3.5)]
      .toSorted((one, other) => one - other)
      .map((hour, n) => ({ atMs: startMs + 60_000 + hour * HOUR_MS, n }));
    const ids = due.map(({ n }) => eventOf(n, 0).data.task_id);
    while (due.length > 0 || Number.isFinite(queue.nextAtMs())) {
      const nextMs = Math.min(due[0]?.atMs ?? Infinity, queue.nextAtMs());
      clock.advance(Math.max(0, nextMs - clock.now()));
      const isDown = clock.now() < startMs + DAY_MS;
      if (isDown) services.down.add('teams');
      else services.down.delete('teams');
      while (due[0] !== undefined && due[0].atMs <= clock.now()) {
        const { n, atMs } = due.shift() as (typeof due)[number];
        const event = eventOf(n, atMs);
        rows.set(event.data.task_id, { completedAtMs: atMs, deliveries: [] });
        queue.send(record(event.data.task_id, event));
      }
      await queue.invoke(newInstance());
    }

    expect([queue.lost, buried]).toEqual([[], []]);
    for (const [name, bodies] of Object.entries(services.taken)) {
      const arrivals = ids.map((id) => bodies.filter((body) => body.includes(id)).length);
      expect(arrivals, name).toEqual(ids.map(() => 1));
    }
    for (const { deliveries } of rows.values())
      expect(deliveries.map(({ channel, status }) => `${channel} ${status}`).toSorted()).toEqual([
        'pager delivered',
        'slack delivered',
        'teams delivered',
      ]);
  },
);
