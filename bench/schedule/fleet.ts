import { createLearnedSchedule, type LearnedSchedule } from '../../functions/core/learned-schedule.ts';
import type { TaskResult } from '../../functions/core/outcome.ts';
import type { PollSchedule } from '../../functions/core/poll-schedule.ts';
import { learnByGateway } from '../../functions/core/schedule-learner.ts';
import { createRandom, logNormal, type Random } from '../random.ts';

/** Gateways whose imports and exports each take about as long as they did before. */
export type Fleet = {
  gateways: number;
  tasksPerGateway: number;
  /** Spread of one gateway's imports, and of its exports, around their own medians (of the logarithm). */
  sigma: number;
  /** Import and export under gateways of their own: what knowing the task type would be worth. */
  typeKnown?: boolean;
  /** Halfway, every duration is multiplied by this. */
  shift?: number;
};

/** Means over all tasks, delays in milliseconds. */
export type FleetScore = { polls: number; delayMs: number; relativeDelay: number };
/** The plain and the learned schedule on the same tasks. `after` are the first 32 tasks a gateway after the shift. */
export type FleetResult = {
  plain: FleetScore;
  learned: FleetScore;
  after?: { plain: FleetScore; learned: FleetScore };
};

/** The schedule is learned anew after so many ends of a gateway: ten minutes of a busy one. */
const RELEARN_EVERY = 16;
const WARM_UP = 64;
const AFTER_SHIFT = 32;
const KEPT = 200;

type Tally = FleetScore & { tasks: number };
type Tallies = { plain: Tally; learned: Tally };

/** Runs every gateway's tasks one after the other through both schedules; the learned one sees only its own polls. */
export function runFleet(fleet: Fleet, base: PollSchedule, seed = 7): FleetResult {
  const random = createRandom(seed);
  const all = createTallies();
  const after = createTallies();
  for (let i = 0; i < fleet.gateways; i += 1) {
    const medians = [logNormal(random, 12_000, 1), logNormal(random, 60_000, 1.2)];
    const draw = (r: Random) => {
      const isExport = fleet.typeKnown ? i % 2 : Number(r() < 0.4);
      return logNormal(r, medians[isExport] ?? 0, fleet.sigma);
    };
    runGateway({ fleet, base, draw, random }, { all, after });
  }
  const result = { plain: scoreOf(all.plain), learned: scoreOf(all.learned) };
  if (fleet.shift === undefined) return result;
  return { ...result, after: { plain: scoreOf(after.plain), learned: scoreOf(after.learned) } };
}

type Gateway = { fleet: Fleet; base: PollSchedule; draw: (random: Random) => number; random: Random };

function runGateway({ fleet, base, draw, random }: Gateway, tallies: { all: Tallies; after: Tallies }): void {
  const plain = createLearnedSchedule(new Map(), base);
  const shiftAt = fleet.shift === undefined ? Number.POSITIVE_INFINITY : fleet.tasksPerGateway / 2;
  const results: TaskResult[] = [];
  let learned = plain;
  for (let i = 0; i < fleet.tasksPerGateway; i += 1) {
    if (i % RELEARN_EVERY === 0) learned = createLearnedSchedule(learnByGateway(results, base), base);
    const factor = i >= shiftAt ? (fleet.shift ?? 1) : 1;
    const durationMs = Math.min(3_600_000, Math.max(500, draw(random) * factor));
    const taskId = String(random());
    const watched = { taskId, durationMs };
    const counted = [tallies.all, ...(i >= shiftAt && i < shiftAt + AFTER_SHIFT ? [tallies.after] : [])];
    const plainEnd = watch(plain, watched);
    const learnedEnd = watch(learned, watched);
    results.unshift(resultOf(taskId, learnedEnd));
    results.length = Math.min(results.length, KEPT);
    if (i < WARM_UP) continue;
    for (const tally of counted) {
      count(tally.plain, plainEnd, durationMs);
      count(tally.learned, learnedEnd, durationMs);
    }
  }
}

type End = { polls: number; ageMs: number; previousMs: number };

function watch(schedule: LearnedSchedule, { taskId, durationMs }: { taskId: string; durationMs: number }): End {
  const task = { taskId, registeredAtMs: 0, instanceId: 'gateway' };
  const end = { polls: 0, ageMs: -1, previousMs: 0 };
  while (end.ageMs < durationMs) {
    end.previousMs = Math.max(0, end.ageMs);
    end.ageMs = schedule.nextPollAt(task, end.ageMs);
    end.polls += 1;
  }
  return end;
}

function count(tally: Tally, { polls, ageMs }: End, durationMs: number): void {
  tally.tasks += 1;
  tally.polls += polls;
  tally.delayMs += ageMs - durationMs;
  tally.relativeDelay += (ageMs - durationMs) / Math.max(durationMs, 10_000);
}

function createTallies(): Tallies {
  const tally = () => ({ tasks: 0, polls: 0, delayMs: 0, relativeDelay: 0 });
  return { plain: tally(), learned: tally() };
}

function scoreOf({ tasks, polls, delayMs, relativeDelay }: Tally): FleetScore {
  return { polls: polls / tasks, delayMs: delayMs / tasks, relativeDelay: relativeDelay / tasks };
}

function resultOf(taskId: string, { ageMs, previousMs }: End): TaskResult {
  const identity = { taskId, instanceId: 'gateway', projectId: 'project', profile: 'default' };
  const end = { outcome: 'succeeded' as const, summary: {}, result: { kind: 'none' as const }, expiresAtS: 0 };
  return { ...identity, ...end, registeredAtMs: 0, completedAtMs: ageMs, pendingUntilMs: previousMs };
}
