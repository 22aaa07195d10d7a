import { SNSClient } from '@aws-sdk/client-sns';
import type { SQSRecord } from 'aws-lambda';
import { NAMED_CHANNELS } from '../../functions/channels/queues.ts';
import { createRuleRouter } from '../../functions/channels/routes.ts';
import { parseRouting } from '../../functions/channels/routing.ts';
import { composeEvents, composeMails, createSnsPublisher } from '../../functions/channels/sns.ts';
import { createWorker } from '../../functions/channels/worker.ts';
import { toTaskEvent } from '../../functions/messages/task-event.ts';
import { answerRequests } from '../child.ts';
import { measure } from '../measure.ts';
import { resultOf } from './results.ts';

/** Tells about `completions` ends, of which each sweep (or batch of the queue) has `perRound`. */
export type NotifyRequest = { kind: 'events' | 'alerts' | 'slack'; url: string; completions: number; perRound: number };

/** Slack's one message a second is waited for, but not here. */
const clock = { now: Date.now, sleep: async () => {} };
const topicArn = 'arn:aws:sns:eu-central-1:000000000000:topic';

answerRequests(async ({ kind, url, completions, perRound }: NotifyRequest) => {
  const results = Array.from({ length: completions }, (_, i) => resultOf(i));
  const rounds = Array.from({ length: Math.ceil(completions / perRound) }, (_, i) =>
    results.slice(i * perRound, (i + 1) * perRound),
  );
  if (kind === 'slack') {
    const batches = rounds.map((round) => ({
      Records: round.map((result) => recordOf(JSON.stringify(toTaskEvent(result)))),
    }));
    const handler = slackHandler(url);
    return measure(async () => {
      for (const batch of batches) {
        const { batchItemFailures } = await handler(batch, { getRemainingTimeInMillis: () => 300_000 });
        if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} records came back`);
      }
    });
  }
  const client = new SNSClient({ endpoint: url, region: 'eu-central-1', credentials: CREDENTIALS });
  const compose = kind === 'events' ? composeEvents({}) : composeMails({});
  const publisher = createSnsPublisher({ client, topicArn, clock }, compose);
  return measure(async () => {
    for (const round of rounds) {
      const { failed } = await publisher.publish(round);
      if (failed.length > 0) throw new Error(`${failed.length} were not published`);
    }
  });
});

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

function slackHandler(url: string) {
  const routing = parseRouting({ webhook_url: `${url}/services/T0/B0/ops` });
  const router = createRuleRouter(routing, clock);
  return createWorker({
    queue: NAMED_CHANNELS,
    router: async () => router,
    deadLetters: { send: () => Promise.reject(new Error('a record was dropped')) },
    retry: () => ({ kind: 'retry', delayMs: 5_000 }),
    delay: async () => {},
    results: { get: async () => undefined, recordDeliveries: async () => {} },
    metrics: { add() {} },
    log: { info() {}, warn() {}, error() {} },
    clock,
  });
}

let records = 0;
function recordOf(body: string): SQSRecord {
  records += 1;
  const attributes = {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'sns',
    ApproximateFirstReceiveTimestamp: '0',
  };
  const source = { eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-central-1:0:q', awsRegion: 'eu-central-1' };
  return {
    messageId: String(records),
    receiptHandle: '',
    body,
    attributes,
    messageAttributes: {},
    md5OfBody: '',
    ...source,
  };
}
