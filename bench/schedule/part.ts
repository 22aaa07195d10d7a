import { DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import type { Goal, PartResult, Table } from '../part.ts';
import { drawFrontier } from './draw-frontier.ts';
import { drawDurations, TASK_CLASSES } from './durations.ts';
import { type FleetResult, runFleet } from './fleet.ts';
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
  const fleets = FLEETS.map(({ name, fleet }) => ({ name, ...runFleet(fleet, DEFAULT_SCHEDULE) }));
  return {
    tables: [replayTable([chosen, ...peers]), duelTable(duels), fleetTable(fleets), shiftTable(fleets)],
    goals: [...duelGoals(duels), defaultGoal(chosen, peers), ...learningGoals(fleets)],
    charts: { 'bench-schedule.svg': drawFrontier({ frontier, peers, chosen }) },
    data: {
      tasks: TASKS,
      classes: TASK_CLASSES.map(({ name, share }) => ({ name, share })),
      chosen,
      peers,
      frontier,
      fleets,
    },
  };
}

const FLEET = { gateways: 40, tasksPerGateway: 400 };
const FLEETS = [
  { name: 'sigma 0.2', fleet: { ...FLEET, sigma: 0.2 } },
  { name: 'sigma 0.35', fleet: { ...FLEET, sigma: 0.35 } },
  { name: 'sigma 0.5', fleet: { ...FLEET, sigma: 0.5 } },
  { name: 'sigma 0.8', fleet: { ...FLEET, sigma: 0.8 } },
  { name: 'sigma 0.35, type said at the end only', fleet: { ...FLEET, sigma: 0.35, untyped: true } },
  { name: 'sigma 0.8, type said at the end only', fleet: { ...FLEET, sigma: 0.8, untyped: true } },
  { name: 'sigma 0.35, halfway × 5', fleet: { ...FLEET, sigma: 0.35, shift: 5 } },
  { name: 'sigma 0.35, halfway ÷ 5', fleet: { ...FLEET, sigma: 0.35, shift: 0.2 } },
];

type NamedFleet = FleetResult & { name: string };
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

const COMPARED = [
  'durations',
  'plain polls',
  'learned polls',
  'plain delay',
  'learned delay',
  'ratio',
  'plain rel.',
  'learned rel.',
];

function compare({ plain, learned }: Pick<NamedFleet, 'plain' | 'learned'>): number[] {
  return [
    plain.polls,
    learned.polls,
    plain.delayMs / 1_000,
    learned.delayMs / 1_000,
    learned.delayMs / plain.delayMs,
    plain.relativeDelay,
    learned.relativeDelay,
  ];
}

function fleetTable(fleets: NamedFleet[]): Table {
  return {
    title: 'Learned from past durations (40 gateways, 400 tasks each, the first 64 not counted; delays in seconds)',
    columns: COMPARED,
    rows: fleets.map((fleet) => [fleet.name, ...compare(fleet)]),
  };
}

function shiftTable(fleets: NamedFleet[]): Table {
  return {
    title: 'The first 32 tasks of each gateway after the world has changed (delays in seconds)',
    columns: COMPARED,
    rows: fleets.flatMap(({ name, after }) => (after ? [[name, ...compare(after)]] : [])),
  };
}

function duelGoals(duels: Duel[]): Goal[] {
  const lost = duels.filter(({ own }) => own === undefined).map(({ peer }) => peer.name);
  return [
    {
      goal: 'for every peer a setting with fewer polls and less relative delay',
      measured: lost.length === 0 ? `${duels.length} of ${duels.length}` : `not for ${lost.join(', ')}`,
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

function learningGoals(fleets: NamedFleet[]): Goal[] {
  return fleets
    .filter(({ after }) => after === undefined)
    .map(({ name, plain, learned }) => {
      const ratio = learned.delayMs / plain.delayMs;
      const polls = learned.polls / plain.polls;
      return {
        goal: `learning halves the mean delay at the same polls, ${name}`,
        measured: `delay × ${ratio.toFixed(2)} at polls × ${polls.toFixed(2)}`,
        reached: ratio <= 0.5 && polls <= 1.02,
      };
    });
}
