import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { OperatorAlerter } from '../../messages/operator-alerter.ts';
import { createBoundedMap } from '../../tasks/bounded-map.ts';
import type { Clock, Log, MetricSink, TaskResultStore } from '../../tasks/ports.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { WEBHOOK_CHANNEL } from '../delivery.ts';
import { describeChannelTrouble } from './channel-alert.ts';
import { deliverToChannel, type Ticket } from './deliver-to-channel.ts';
import { createDeliveryNotes } from './delivery-notes.ts';
import { readRecord } from './read-record.ts';
import { createRecordFates, type RecordFates } from './record-fates.ts';
import { routeEvent } from './slack-routes.ts';
import type { SlackRouting } from './slack-routing.ts';
import type { SlackWebhook } from './slack-webhook.ts';

/** Record and channel pairs that a warm instance remembers as over: far more than it has in flight. */
const MEMO_SIZE = 5_000;

export type NotifySlackDeps = {
  /** The routing as of now; throws when the secret cannot be read or is wrong, and then the whole batch comes back. */
  routing(): Promise<SlackRouting>;
  webhook: SlackWebhook;
  deadLetters: DeadLetter;
  /** True when the queue will not bring a record again that is given back now: then it is given up, and that is noted. */
  isLastOffer(record: SQSRecord): boolean;
  /** Where each end is noted. */
  results: Pick<TaskResultStore, 'recordDeliveries'>;
  alerter: OperatorAlerter;
  metrics: MetricSink;
  log: Log;
  clock: Clock;
};

/** For an SQS event source with `ReportBatchItemFailures`; of the context it needs the time that is left. */
export type NotifySlackHandler = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

/**
 * Sends the events of a batch to their Slack channels. What another try may deliver is given back to the queue; what no
 * try can deliver goes to the dead-letter queue at once. Delivery is at least once: a record for two channels of which
 * one is out of order comes back for both, and the memory of a warm instance keeps the other from hearing it twice.
 * Each end, a delivery or a giving up, is noted on the task's result after everything has been posted.
 *
 * Powertools' batch processor is not used: it takes records one by one, and a digest is made of many records.
 */
export function createNotifySlackHandler(deps: NotifySlackDeps): NotifySlackHandler {
  const memo = createBoundedMap<true>(MEMO_SIZE);
  return async ({ Records }, context) => {
    const routing = await deps.routing();
    const notes = createDeliveryNotes(deps);
    const fates = createRecordFates({ ...deps, memo, notes });
    const sort = (record: SQSRecord) => sortRecord(record, { routing, fates, log: deps.log });
    const tickets = (await Promise.all(Records.map(sort))).flat();
    const remainingMs = () => context.getRemainingTimeInMillis();
    await Promise.all(
      [...Map.groupBy(tickets, ({ channel }) => channel)].map(async ([channel, forChannel]) => {
        const url = routing.channels[channel];
        if (url === undefined) throw new Error(`No URL for Slack channel ${channel}, which the routing named`);
        const settled = await deliverToChannel(url, forChannel, { ...deps, remainingMs });
        await Promise.all(settled.map(fates.settle));
        const alert = describeChannelTrouble(channel, settled);
        if (alert) await deps.alerter.raise(alert);
      }),
    );
    await notes.write(remainingMs);
    return fates.response();
  };
}

type Sorting = { routing: SlackRouting; fates: RecordFates; log: Log };

/** Where a record has still to go. One that cannot be read does not fail its neighbours: it is buried. */
async function sortRecord(record: SQSRecord, { routing, fates, log }: Sorting): Promise<Ticket[]> {
  const read = readRecord(record);
  if (read.kind === 'malformed') {
    await fates.bury(record, read.reason);
    return [];
  }
  const { event, channel: only } = read;
  if (only === WEBHOOK_CHANNEL) return [];
  if (only !== undefined && !Object.hasOwn(routing.channels, only)) {
    const end = { taskId: event.data.task_id, channel: only, status: 'failed' } as const;
    await fates.bury(record, 'it names a channel that the Slack secret does not have', end);
    return [];
  }
  const routes = routeEvent(event, routing, only);
  if (routes.length === 0) log.info('slack record is for no channel', { task_id: event.data.task_id });
  return routes
    .filter(({ channel }) => !fates.isOver(record, channel))
    .map(({ channel, mention }) => ({ record, channel, event, mention }));
}
