import { startChild } from '../child.ts';
import type { Taken } from '../measure.ts';
import type { PartResult } from '../part.ts';
import { spreadOf } from '../stats.ts';
import type { NotifyRequest } from './notify-process.ts';
import type { Received } from './receiver-process.ts';

const COMPLETIONS = 10_000;
const ROUNDS = 5;

/** To machines and people per sweep with 100 ends and with all at once; to Slack per SQS batch of 100. */
const WAYS: { name: string; kind: NotifyRequest['kind']; perRound: number }[] = [
  { name: 'events (SNS), 100 ends a sweep', kind: 'events', perRound: 100 },
  { name: 'events (SNS), all in one sweep', kind: 'events', perRound: COMPLETIONS },
  { name: 'alerts (SNS), 100 ends a sweep', kind: 'alerts', perRound: 100 },
  { name: 'alerts (SNS), all in one sweep', kind: 'alerts', perRound: COMPLETIONS },
  { name: 'Slack digests, 100 events a batch', kind: 'slack', perRound: 100 },
];

type Told = { cpuS: number[]; received: Omit<Received, 'url'> };

/** 10,000 ends told to machines, to people and to one Slack channel: messages, calls and CPU. */
export async function run(): Promise<PartResult> {
  const receiver = startChild(new URL('receiver-process.ts', import.meta.url));
  try {
    const { url } = await receiver.ask<Received>({});
    const told = new Map<string, Told>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const way of WAYS) {
        const { cpuS } = await tellOnce({ ...way, url });
        const { url: _, ...received } = await receiver.ask<Received>({});
        told.set(way.name, { cpuS: [...(told.get(way.name)?.cpuS ?? []), cpuS], received });
      }
    }
    return report(told);
  } finally {
    await receiver.stop();
  }
}

async function tellOnce({ kind, url, perRound }: { kind: NotifyRequest['kind']; url: string; perRound: number }) {
  const child = startChild(new URL('notify-process.ts', import.meta.url));
  try {
    return await child.ask<Taken>({ kind, url, perRound, completions: COMPLETIONS } satisfies NotifyRequest);
  } finally {
    await child.stop();
  }
}

function report(told: Map<string, Told>): PartResult {
  const rows = [...told].map(([name, { cpuS, received }]) => {
    const { median, least, most } = spreadOf(cpuS);
    const calls = received.snsRequests + received.slackPosts;
    const messages = received.snsMessages + received.slackPosts;
    const perS = Math.round(COMPLETIONS / median);
    return [name, messages, calls, messages / calls, median, `${least.toFixed(2)}–${most.toFixed(2)}`, perS];
  });
  const events = told.get(WAYS[0]?.name ?? '')?.received;
  const fill = events ? events.snsMessages / events.snsRequests : 0;
  const slack = told.get('Slack digests, 100 events a batch')?.received.slackPosts ?? 0;
  return {
    tables: [
      {
        title: `${COMPLETIONS.toLocaleString('en-US')} ends, a tenth of them failed (CPU: medians of ${ROUNDS})`,
        columns: ['way', 'messages', 'API calls', 'messages/call', 'CPU s', 'spread', 'ends/CPU s'],
        rows,
      },
    ],
    goals: [
      { goal: 'PublishBatch is full (10 entries)', measured: fill.toFixed(2), reached: fill >= 9.9 },
      {
        goal: 'Slack gets digests: at most a message for 25 ends',
        measured: `${slack} messages for ${COMPLETIONS.toLocaleString('en-US')} ends`,
        reached: slack <= COMPLETIONS * 0.04,
      },
    ],
    data: Object.fromEntries(
      [...told].map(([name, { cpuS, received }]) => [name, { cpu_s: spreadOf(cpuS), ...received }]),
    ),
  };
}
