import type { Context } from 'aws-lambda';
import { answerRequests } from '../child.ts';
import { liveHeapMb } from '../live-heap.ts';
import { measure } from '../measure.ts';

/** Sweeps one segment once, at the beginning of the window; `countLive` asks what is left on the heap, and collects it. */
export type HandlerRequest = { windowMs: number; segment: number; totalSegments: number; countLive?: boolean };

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

answerRequests(async ({ windowMs, countLive = false, ...event }: HandlerRequest) => {
  // Once: the second sweep comes later in the same minute, for a clock must not run backwards.
  offsetMs ??= windowMs + 1_000 - realNow();
  const taken = await measure(() => handler(event, context));
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  // The collection that this takes would empty the young generation of whoever is measured next.
  return { ...taken, peakMb, ...(countLive && { liveMb: liveHeapMb() }) };
});
