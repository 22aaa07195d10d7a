import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import QuickLru from 'quick-lru';
import type { OperatorAlert, OperatorAlerter } from '../messages/operator-alerter.ts';
import type { TaskEvent } from '../messages/task-event.ts';
import type { Clock, DeliveryNotes } from '../tasks/ports.ts';
import type { Answer, Channel, Item, Post, Router, Sent } from './channel.ts';
import { Ends, type EndsDeps, type Ticket } from './ends.ts';
import { attemptOf, readRecord } from './queues.ts';

/** Finished pairs of record and channel that a warm instance remembers: far more than it has in flight. */
const MEMO_SIZE = 5_000;
/** Standard Webhooks asks for 15 to 30 s; chat services answer sooner. */
const POST_TIMEOUT_MS = 15_000;
/** Kept back for dead letters, notes, alerts and the answer to Lambda. */
const RESERVE_MS = 5_000;

export type WorkerDeps = EndsDeps & {
  /** The routing as of now; throws when the secret is unreadable or invalid, and then the whole batch comes back. */
  router(): Promise<Router>;
  /** Hears of channels that lost records for good. */
  alerter?: OperatorAlerter;
  clock: Clock;
};

/** For an SQS event source with `ReportBatchItemFailures`; of the context it needs the time that is left. */
export type Worker = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

/**
 * Sends the events of a batch to their channels: reads, routes, groups by channel, posts, and settles each end. Delivery
 * is at least once: a record for two channels of which one is out of order comes back for both. The memory of a warm
 * instance, or else the notes on the result, keep the other from getting it twice.
 *
 * Powertools' batch processor is not used: it takes records one by one, and a digest is made of many records.
 */
export function createWorker(deps: WorkerDeps): Worker {
  const memo = new QuickLru<string, true>({ maxSize: MEMO_SIZE });
  return async ({ Records }, context) => {
    const router = await deps.router();
    const ends = new Ends({ ...deps, memo });
    const remainingMs = () => context.getRemainingTimeInMillis();
    const tickets = (await Promise.all(Records.map((record) => toTickets(record, router, ends, deps)))).flat();
    await Promise.all(
      [...Map.groupBy(tickets, ({ channel }) => channel)].map(async ([channel, own]) => {
        const sent = await deliver(channel, own, { clock: deps.clock, remainingMs });
        await Promise.all(sent.map((one) => ends.settle(one)));
        const alert = describeTrouble(channel, sent);
        if (alert) await deps.alerter?.raise(alert);
      }),
    );
    await ends.writeNotes(remainingMs);
    return ends.response();
  };
}

/** A ticket for each channel that the record has still to reach. One that cannot be read does not fail its neighbours. */
async function toTickets(record: SQSRecord, router: Router, ends: Ends, deps: WorkerDeps): Promise<Ticket[]> {
  const read = readRecord(record);
  if (read.kind === 'malformed') {
    await ends.bury(record, read.reason);
    return [];
  }
  const { event, body } = read;
  const { task_id: taskId } = event.data;
  try {
    const routed = await router.route(event, read.channel);
    if (routed.kind === 'unknown') {
      await ends.bury(record, routed.reason, { taskId, channel: routed.channel, status: 'failed' });
      return [];
    }
    if (routed.destinations.length === 0)
      deps.log.info(`${deps.queue.name} record has no channel`, { task_id: taskId });
    const open = routed.destinations.filter(({ channel }) => !ends.isFinished(record, channel));
    const ended = open.length > 1 ? await channelsThatEnded(record, event, deps.results) : [];
    return open
      .filter(({ channel }) => !ended.includes(channel.name))
      .map((destination) => ({ record, event, body, ...destination }));
  } catch (error) {
    await ends.postpone(record, error);
    return [];
  }
}

/**
 * The channels that an earlier attempt of this record has settled, by the notes on the result: the memory of this
 * instance knows nothing of what another one sent. A result of another end of the task says nothing about this one.
 */
async function channelsThatEnded(record: SQSRecord, event: TaskEvent, results: DeliveryNotes): Promise<string[]> {
  const { attempts, firstAtMs } = attemptOf(record, 0);
  if (attempts < 2) return [];
  const result = await results.get(event.data.task_id);
  if (result?.completedAtMs !== Date.parse(event.time)) return [];
  const since = (result.deliveries ?? []).filter(({ at }) => Date.parse(at) >= firstAtMs);
  return since.map(({ channel }) => channel);
}

/** The alert for a channel that lost records for good. It never holds the channel's address. */
function describeTrouble({ kind, name, title, repair }: Channel, sent: Sent<Ticket>[]): OperatorAlert | undefined {
  const lost = sent.flatMap(({ answer }) => (answer.kind === 'gone' || answer.kind === 'refused' ? [answer] : []));
  const [first] = lost;
  if (first === undefined || repair === undefined) return undefined;

  return {
    key: `${kind}:${name}:${first.kind}`,
    subject: `${title} refuses messages (${first.reason})`,
    body: [
      `${title} answered "${first.reason}": ${lost.length} record(s) went to the dead-letter queue.`,
      repair[first.kind],
      'Then redrive the dead-letter queue. Each record is sent to this channel only.',
    ].join('\n'),
  };
}

type DeliveryTime = {
  clock: Clock;
  /** What is left of this invocation, in milliseconds. */
  remainingMs(): number;
};

/**
 * Posts a channel's part of a batch, in order and at its pace. Once the channel is gone, throttled for longer than there
 * is time, or out of reach, the rest is not tried and shares that answer. Never throws for what the receiver does.
 */
async function deliver<T extends Item>(channel: Channel, items: T[], time: DeliveryTime): Promise<Sent<T>[]> {
  const { posts, unrendered } = renderApart(channel, items);
  const sent: Sent<T>[] = unrendered.map((item) => ({ item, answer: UNRENDERED }));
  let stop: Answer | undefined;
  for (const [index, post] of posts.entries()) {
    if (index > 0 && stop === undefined) await time.clock.sleep(channel.paceMs ?? 0);
    const answer: Answer = stop ?? (await postWithPatience(channel, post.message, time));
    sent.push(...post.items.map((item) => ({ item, answer })));
    if (answer.kind === 'gone' || answer.kind === 'unavailable') stop = answer;
  }
  return sent;
}

const UNRENDERED: Answer = { kind: 'refused', reason: 'the message cannot be rendered' };

/** Renders together; where that throws, each item alone, so that one which cannot be rendered holds up no other. */
function renderApart<T extends Item>(channel: Channel, items: T[]): { posts: Post<T>[]; unrendered: T[] } {
  try {
    return { posts: channel.render(items), unrendered: [] };
  } catch {
    if (items.length === 1) return { posts: [], unrendered: items };
    const apart = items.map((item) => renderApart(channel, [item]));
    return {
      posts: apart.flatMap(({ posts }) => posts),
      unrendered: apart.flatMap(({ unrendered }) => unrendered),
    };
  }
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
