import { startChild } from '../child.ts';
import type { Taken } from '../measure.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { formatSpread, spreadOf } from '../stats.ts';
import { drawNotify, type Sent } from './draw-notify.ts';
import type { NotifyRequest } from './notify-process.ts';
import type { Received } from './receiver-process.ts';

const COMPLETIONS = 10_000;
const ENDS = COMPLETIONS.toLocaleString('en-US');
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
  const sent = [...told].map(([name, { received }]) => sentOf(name, received));
  return {
    tables: [tableOf(told, sent)],
    goals: [fullGoal(sent), alertGoal(sent), digestGoal(sent)],
    charts: { 'bench-notify.svg': drawNotify(COMPLETIONS, sent) },
    data: Object.fromEntries(
      [...told].map(([name, { cpuS, received }]) => [name, { cpu_s: spreadOf(cpuS), ...received }]),
    ),
  };
}

function sentOf(name: string, { snsRequests, snsMessages, slackPosts }: Told['received']): Sent {
  return { name, messages: snsMessages + slackPosts, calls: snsRequests + slackPosts };
}

function tableOf(told: Map<string, Told>, sent: Sent[]): Table {
  return {
    title: `${ENDS} ends, a tenth of them failed (CPU: medians of ${ROUNDS})`,
    columns: ['way', 'messages', 'API calls', 'messages/call', 'CPU s', 'spread', 'ends/CPU s'],
    rows: sent.map(({ name, messages, calls }) => {
      const cpu = spreadOf(told.get(name)?.cpuS ?? []);
      const perS = Math.round(COMPLETIONS / cpu.median);
      return [name, messages, calls, messages / calls, cpu.median, formatSpread(cpu), perS];
    }),
  };
}

/** The ways of one kind, each with how many sweeps or batches it had. */
function sentBy(sent: Sent[], kind: NotifyRequest['kind']): (Sent & { rounds: number })[] {
  return WAYS.filter((way) => way.kind === kind).flatMap(({ name, perRound }) =>
    sent.filter((each) => each.name === name).map((each) => ({ ...each, rounds: COMPLETIONS / perRound })),
  );
}

function fullGoal(sent: Sent[]): Goal {
  const fill = Math.min(...sentBy(sent, 'events').map(({ messages, calls }) => messages / calls));
  return {
    goal: 'programs get an event for each end, ten in every PublishBatch',
    measured: `${fill.toFixed(2)} entries a call`,
    reached: fill === 10 && sentBy(sent, 'events').every(({ messages }) => messages === COMPLETIONS),
  };
}

function alertGoal(sent: Sent[]): Goal {
  const alerts = sentBy(sent, 'alerts');
  return {
    goal: 'people get one alert a sweep, of 100 ends or of 10,000',
    measured: alerts.map(({ messages, rounds }) => `${messages} for ${rounds}`).join(', '),
    reached: alerts.every(({ messages, rounds }) => messages === rounds),
  };
}

function digestGoal(sent: Sent[]): Goal {
  const digests = sentBy(sent, 'slack');
  return {
    goal: 'Slack gets one digest for each batch of 100',
    measured: digests.map(({ messages, rounds }) => `${messages} for ${rounds} batches, ${ENDS} ends`).join(', '),
    reached: digests.every(({ messages, rounds }) => messages === rounds),
  };
}
