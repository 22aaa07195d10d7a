import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { createSlackWebhook } from '../functions/adapters/slack-webhook.ts';
import type { Clock, Log, MetricSink, OperatorAlerter } from '../functions/core/ports.ts';
import { parseSlackRouting } from '../functions/core/slack-routing.ts';
import { createNotifySlackHandler } from '../functions/notify-slack/handler.ts';
import type { LocalEvent, Subscriber } from './topics.ts';

type SlackDeps = { clock: Clock; log: Log; metrics: MetricSink; alerter: OperatorAlerter };

const BATCH = 100;
const TIMEOUT_MS = 60_000;

/** The Slack function behind the local topic: it gets queue records as in AWS, and what it gives back is tried again. */
export function createSlackSubscriber(webhookUrl: string, deps: SlackDeps): Subscriber<LocalEvent> {
  const routing = parseSlackRouting({ webhook_url: webhookUrl });
  const handler = createNotifySlackHandler({
    ...deps,
    routing: async () => routing,
    webhook: createSlackWebhook(deps),
    deadLetters: { send: async (_record, reason) => deps.log.error('Slack message given up', { reason }) },
  });
  return {
    name: 'slack',
    maxBatch: BATCH,
    wants: ({ attributes }) => attributes.channel !== 'webhook',
    async deliver(batch) {
      const records = new Map(batch.map((event) => [randomUUID() as string, event]));
      const deadlineMs = deps.clock.now() + TIMEOUT_MS;
      const { batchItemFailures } = await handler(
        { Records: [...records].map(([messageId, event]) => toRecord(messageId, event)) },
        { getRemainingTimeInMillis: () => deadlineMs - deps.clock.now() },
      );
      return batchItemFailures.flatMap(({ itemIdentifier }) => records.get(itemIdentifier) ?? []);
    },
  };
}

function toRecord(messageId: string, { event, attributes }: LocalEvent): SQSRecord {
  const messageAttributes = Object.entries(attributes).map(([name, stringValue]) => [
    name,
    { dataType: 'String', stringValue },
  ]);
  return {
    messageId,
    body: JSON.stringify(event),
    messageAttributes: Object.fromEntries(messageAttributes),
  } as unknown as SQSRecord;
}
