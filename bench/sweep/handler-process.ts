import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { answerRequests } from '../child.ts';
import { liveHeapMb } from '../live-heap.ts';
import { measure } from '../measure.ts';

/** Sweeps one segment once, at the beginning of the window; `countLive` asks what is left on the heap, and collects it. */
export type HandlerRequest = {
  windowMs: number;
  segment: number;
  totalSegments: number;
  countLive?: boolean;
  /** Where the cursor of the shard stands. Default: nothing is covered. */
  coveredUntilMs?: number;
};

// The rows are due in one certain minute, so that this process has to believe it is then: before anything reads a clock.
const realNow = Date.now;
let offsetMs: number | undefined;
Date.now = () => realNow() + (offsetMs ?? 0);

const { handler } = await import('../../functions/runtime/poll-tasks.lambda.ts');
const context = {
  awsRequestId: 'bench',
  functionName: 'poll-tasks',
  getRemainingTimeInMillis: () => 600_000,
} as unknown as Context;

const client = new DynamoDBClient({});

answerRequests(async ({ windowMs, countLive = false, coveredUntilMs = 0, ...event }: HandlerRequest) => {
  // Once: the second sweep comes later in the same minute, for a clock must not run backwards.
  offsetMs ??= windowMs + 1_000 - realNow();
  const task_id = { S: `shard#${event.segment}/${event.totalSegments}` };
  const Item = { task_id, covered_until: { N: String(coveredUntilMs) } };
  await client.send(new PutItemCommand({ TableName: process.env.RESULTS_TABLE, Item }));
  const taken = await measure(() => handler(event, context));
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  // The collection that this takes would empty the young generation of whoever is measured next.
  return { ...taken, peakMb, ...(countLive && { liveMb: liveHeapMb() }) };
});
