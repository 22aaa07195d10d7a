import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { drawFrontier } from './draw-frontier.ts';
import { drawDurations, TASK_CLASSES } from './durations.ts';
import { bestAgainst, dominates, frontierOf, SETTINGS } from './frontier.ts';
import { type ReplayResult, replay } from './replay.ts';
import { ourWaiter, PEERS } from './waiters.ts';

const TASKS = 100_000;
/** The grid of settings is searched on a part of the tasks; what it finds is replayed on all of them. */
const SEARCHED = 20_000;

/** Polls and delay of our schedule and of what people run today, on the same 100,000 durations. */
export async function run(): Promise<PartResult> {
  const durations = drawDurations(TASKS, 1);
  const searched = durations.subarray(0, SEARCHED);
  const settings = frontierOf(SETTINGS.map((setting) => ({ setting, ...replay(ourWaiter(setting), searched) })));
  const frontier = settings.map(({ setting }) => replay(ourWaiter(setting), durations));
  const peers = PEERS.map((peer) => replay(peer, durations));
  const chosen = { ...replay(ourWaiter(DEFAULT_SCHEDULE), durations), name: 'ours: the default' };
  const duels = peers.map((peer) => ({ peer, own: bestAgainst(peer, frontier) }));
  return {
    tables: [replayTable([chosen, ...peers]), duelTable(duels)],
    goals: [...duelGoals(duels), defaultGoal(chosen, peers)],
    charts: { 'bench-schedule.svg': drawFrontier({ frontier, peers, chosen }) },
    data: {
      tasks: TASKS,
      classes: TASK_CLASSES.map(({ name, share }) => ({ name, share })),
      chosen,
      peers,
      frontier,
    },
  };
}

/** Our first poll comes a second after the registration: who asks twice or thrice in all can be beaten in delay alone. */
const LEAST_POLLS = 3;

type Duel = { peer: ReplayResult; own: ReplayResult | undefined };

function replayTable(results: ReplayResult[]): Table {
  return {
    title: `Waiting for ${TASKS.toLocaleString('en-US')} tasks (delays in seconds)`,
    columns: ['way of waiting', 'polls/task', 'mean delay', 'p50', 'p95', 'relative delay'],
    rows: results.map((result) => [
      result.name,
      result.polls,
      result.delayMs / 1_000,
      result.delayP50Ms / 1_000,
      result.delayP95Ms / 1_000,
      result.relativeDelay,
    ]),
  };
}

function duelTable(duels: Duel[]): Table {
  return {
    title: 'Against each, the setting of ours that saves most of both',
    columns: ['peer', 'polls', 'rel. delay', 'setting', 'polls', 'rel. delay', 'polls ratio', 'delay ratio'],
    rows: duels.map(({ peer, own }) => [
      peer.name,
      peer.polls,
      peer.relativeDelay,
      own?.name ?? 'none',
      own?.polls ?? 0,
      own?.relativeDelay ?? 0,
      (own?.polls ?? 0) / peer.polls,
      (own?.relativeDelay ?? 0) / peer.relativeDelay,
    ]),
  };
}

function duelGoals(duels: Duel[]): Goal[] {
  const asking = duels.filter(({ peer }) => peer.polls > LEAST_POLLS);
  const lost = asking.filter(({ own }) => own === undefined).map(({ peer }) => peer.name);
  return [
    {
      goal: `for every peer with more than ${LEAST_POLLS} polls a setting with fewer polls and less relative delay`,
      measured: lost.length === 0 ? `${asking.length} of ${asking.length}` : `not for ${lost.join(', ')}`,
      reached: lost.length === 0,
    },
  ];
}

function defaultGoal(chosen: ReplayResult, peers: ReplayResult[]): Goal {
  const above = peers.filter((peer) => dominates(peer, chosen)).map(({ name }) => name);
  const below = peers.filter((peer) => dominates(chosen, peer)).length;
  return {
    goal: 'the default is dominated by none',
    measured: above.length === 0 ? `none; it dominates ${below} of ${peers.length}` : above.join(', '),
    reached: above.length === 0,
  };
}
