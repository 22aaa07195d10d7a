import { type Child, startChild } from '../child.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { drawDurations } from '../schedule/durations.ts';
import { SETTINGS } from '../schedule/frontier.ts';
import { replay } from '../schedule/replay.ts';
import { ourWaiter } from '../schedule/waiters.ts';
import { TURNS_PER_SECOND } from './assumptions.ts';
import { drawDeployed } from './draw-deployed.ts';
import type { Load } from './life.ts';
import { BEFORE, type Peer, peersOf } from './peers.ts';
import type { Summary } from './summary.ts';

const LOADS = [10, 100, 1_000, 10_000, 50_000, 100_000];
const BURST = 20;
const PROCESSES = 2;
/** Dollars a month for Lambda, messages, reads, writes and triggers. */
const BUDGETS: Record<number, number> = { 10: 0.5, 1000: 2.4, 100000: 13 };

/** 20,000 tasks or a week, whichever is first; and eight weeks of ten tasks a day, because 70 tasks say little. */
const tasksOf = (tasksPerDay: number) => Math.min(20_000, Math.max(560, 7 * tasksPerDay));

const lifeOf = (tasksPerDay: number, more: Partial<Load> = {}): Load => ({
  ...{ tasksPerDay, burst: 1, shards: 1, tasks: tasksOf(tasksPerDay), seed: 11 },
  ...more,
});

/** What a deployed user gets, at several loads: the real poller over virtual time, and what others would pay. */
export async function run(): Promise<PartResult> {
  const kinds = [{}, { burst: BURST }, { shards: 4 }, { burst: BURST, shards: 4 }, { kills: true, seed: 12 }];
  const lives = await liveAll(kinds.flatMap((kind) => LOADS.map((perDay) => lifeOf(perDay, kind))));
  const of = (kind: number) => lives.slice(kind * LOADS.length, (kind + 1) * LOADS.length);
  const [single, bursts, sharded, shardedBursts, killed] = [of(0), of(1), of(2), of(3), of(4)];
  const peers = peersOf();
  return {
    tables: [
      lifeTable('One shard, tasks evenly random (seconds; dollars a month)', single),
      lifeTable(`One shard, in bursts of ${BURST}`, bursts),
      lifeTable('Four shards, tasks evenly random', sharded),
      lifeTable(`Four shards, in bursts of ${BURST}`, shardedBursts),
      lifeTable('One shard, one run in a thousand killed', killed),
      costTable(single),
      beforeTable(),
      peerTable(peers, single),
    ],
    goals: [
      ...firstPollGoals([...single, ...sharded], [...bursts, ...shardedBursts]),
      ...delayGoals(single),
      doublesGoal([...single, ...bursts, ...sharded, ...shardedBursts], lives),
      ...budgetGoals(single),
      ...peerGoals(peers, single),
    ],
    charts: { 'bench-deployed.svg': drawDeployed(single, peers) },
    data: { single, bursts, sharded, shardedBursts, killed, before: BEFORE, peers: peers.map(describePeer) },
  };
}

/** The longest lives first, on as many processes as there are processors. */
async function liveAll(loads: Load[]): Promise<Summary[]> {
  const summaries = new Map<Load, Summary>();
  const waiting = loads.toSorted((a, b) => a.tasks * a.shards - b.tasks * b.shards);
  const work = async (child: Child) => {
    for (let load = waiting.pop(); load; load = waiting.pop()) summaries.set(load, await child.ask<Summary>(load));
    await child.stop();
  };
  const start = () => startChild(new URL('life-process.ts', import.meta.url));
  await Promise.all(Array.from({ length: PROCESSES }, () => work(start())));
  return loads.map((load) => summaries.get(load) as Summary);
}

const COLUMNS = ['tasks a day', 'first, mean', 'p95', 'delay, mean', 'p50', 'p95', 'relative', '÷ alone', 'polls'];

function lifeTable(title: string, lives: Summary[]): Table {
  const columns = [...COLUMNS, 'doubles', 'missed', 'killed', 'billed s/day', 'messages/task', '$'];
  return {
    title,
    columns,
    rows: lives.map((life) => {
      const { firstPoll, delay, relativeDelay, alone, polls, doubles, missed, killed } = life;
      const late = [firstPoll.mean, firstPoll.p95, delay.mean, delay.p50, delay.p95];
      const what = [relativeDelay.mean, relativeDelay.mean / alone, polls, doubles, missed, killed];
      const name = life.load.tasksPerDay.toLocaleString('en-US');
      return [name, ...late, ...what, Math.round(life.billedSeconds), life.messagesPerTask, life.dollars.total];
    }),
  };
}

function costTable(lives: Summary[]): Table {
  return {
    title: 'Dollars a month of the poller: one shard, 256 MB, without what a task itself writes',
    columns: ['tasks a day', 'Lambda', 'messages', 'writes', 'reads', 'schedules', 'total'],
    rows: lives.map(({ load, dollars }) => [
      load.tasksPerDay.toLocaleString('en-US'),
      ...[dollars.lambda, dollars.messages, dollars.writes, dollars.reads, dollars.beats, dollars.total],
    ]),
  };
}

function beforeTable(): Table {
  return {
    title: 'The design before: a run of a minute, called by the minute',
    columns: ['tasks a day', 'first, mean', 'p95', 'delay, mean', 'relative', 'polls', '$'],
    rows: BEFORE.map((row) => [
      row.tasksPerDay.toLocaleString('en-US'),
      ...[row.firstMean, row.firstP95, row.delayMean, row.relativeDelay, row.polls],
      'dollars' in row ? row.dollars : '',
    ]),
  };
}

const PRICED = [1_000, 10_000, 100_000];

function peerTable(peers: Peer[], lives: Summary[]): Table {
  const ours = PRICED.map((perDay) => lifeAt(lives, perDay));
  const thousand = lifeAt(lives, 1_000);
  return {
    title: 'What others would pay for the waiting alone (dollars a month)',
    columns: ['way', 'polls', 'delay, mean', 'relative', ...PRICED.map((perDay) => perDay.toLocaleString('en-US'))],
    rows: [
      [
        'this poller',
        thousand.polls,
        thousand.delay.mean,
        thousand.relativeDelay.mean,
        ...ours.map(({ dollars }) => dollars.total),
      ],
      ...peers.map((peer) => {
        const { polls, delayMs, relativeDelay } = peer.replay;
        return [peer.name, polls, delayMs / 1_000, relativeDelay, ...PRICED.map((perDay) => peer.dollars(perDay))];
      }),
    ],
  };
}

function firstPollGoals(single: Summary[], bursts: Summary[]): Goal[] {
  const worst = (lives: Summary[]) => Math.max(...lives.map(({ firstPoll }) => firstPoll.p95));
  // Bursts that meet share the rate: each adds (n − 1) ÷ rate for the n that are there together.
  const beyondQueue = Math.max(...bursts.map(({ firstPoll, queue }) => firstPoll.p95 - queue.p95));
  const rate = `${TURNS_PER_SECOND} a second`;
  return [
    goal('first poll p95 ≤ 2 s at every load, one and four shards', worst(single), 2, 's'),
    goal(`first poll p95 of bursts of ${BURST}, less what ${rate} alone takes for them, ≤ 2 s`, beyondQueue, 2, 's'),
  ];
}

function delayGoals(lives: Summary[]): Goal[] {
  const upTo = lives.filter(({ load }) => load.tasksPerDay <= 50_000);
  const ratio = Math.max(...upTo.map(({ relativeDelay, alone }) => relativeDelay.mean / alone));
  const busiest = lifeAt(lives, 100_000);
  const best = bestFixed(busiest);
  return [
    goal('relative delay ≤ 1.1 × the schedule alone, up to 50,000 a day', ratio, 1.1, '×'),
    goal('above, ≤ 1.1 × the best fixed schedule of equal polls', busiest.relativeDelay.mean / best, 1.1, '×'),
  ];
}

/** The least relative delay of a fixed schedule that asks no more often. */
function bestFixed({ load, polls }: Summary): number {
  const durations = drawDurations(load.tasks, load.seed);
  const results = SETTINGS.map((setting) => replay(ourWaiter(setting), durations));
  return Math.min(...results.filter((result) => result.polls <= polls).map(({ relativeDelay }) => relativeDelay));
}

function doublesGoal(healthy: Summary[], all: Summary[]): Goal {
  const doubles = healthy.reduce((sum, life) => sum + life.doubles, 0);
  const missed = all.reduce((sum, life) => sum + life.missed, 0);
  return {
    goal: 'no double poll without a crash, no missed point at all',
    measured: `${doubles} doubles, ${missed} missed`,
    reached: doubles === 0 && missed === 0,
  };
}

function budgetGoals(lives: Summary[]): Goal[] {
  return Object.entries(BUDGETS).map(([perDay, most]) => {
    const { total } = lifeAt(lives, Number(perDay)).dollars;
    return goal(
      `$ a month at ${Number(perDay).toLocaleString('en-US')} tasks a day ≤ ${most.toFixed(2)}`,
      total,
      most,
      '$',
    );
  });
}

/** At the same schedule the others are as late as the schedule alone, so as late as we are within the goal above. */
function peerGoals(peers: Peer[], lives: Summary[]): Goal[] {
  return peers
    .filter(({ name }) => name.includes('at this schedule'))
    .map((peer) => {
      const loads = LOADS.filter((perDay) => perDay >= 1_000 && perDay <= 50_000);
      const ratios = loads.map((perDay) => lifeAt(lives, perDay).dollars.total / peer.dollars(perDay));
      return goal(`cheaper than ${peer.name}, from 1,000 to 50,000 tasks a day`, Math.max(...ratios), 1, '×');
    });
}

function lifeAt(lives: Summary[], tasksPerDay: number): Summary {
  const found = lives.find(({ load }) => load.tasksPerDay === tasksPerDay);
  if (found === undefined) throw new Error(`no life with ${tasksPerDay} tasks a day`);
  return found;
}

function goal(what: string, measured: number, most: number, unit: '$' | 's' | '×'): Goal {
  const value = measured.toFixed(2);
  const text = unit === 's' ? `${value} s` : unit === '$' ? `$${value}` : `× ${value}`;
  return { goal: what, measured: text, reached: measured <= most };
}

function describePeer(peer: Peer) {
  return { ...peer.replay, name: peer.name, dollars: PRICED.map((perDay) => peer.dollars(perDay)) };
}
