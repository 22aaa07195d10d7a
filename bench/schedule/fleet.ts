import { learnByGateway } from '../../functions/schedule/learned/gateway-durations.ts';
import { createLearnedSchedule, type LearnedSchedule } from '../../functions/schedule/learned/learned-schedule.ts';
import type { PollSchedule } from '../../functions/schedule/schedule.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { createRandom, logNormal, type Random } from '../random.ts';

/** Gateways whose imports and exports each take about as long as they did before. */
export type Fleet = {
  gateways: number;
  tasksPerGateway: number;
  /** Spread of one gateway's imports, and of its exports, around their own medians (of the logarithm). */
  sigma: number;
  /** Huawei says only at the end whether a task is an import or an export: what hearing it at the first poll is worth. */
  untyped?: boolean;
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
      const isExport = r() < 0.4;
      const durationMs = logNormal(r, medians[Number(isExport)] ?? 0, fleet.sigma);
      return { taskType: isExport ? 'export_api' : 'import_api', durationMs };
    };
    runGateway({ fleet, base, draw, random }, { all, after });
  }
  const result = { plain: scoreOf(all.plain), learned: scoreOf(all.learned) };
  if (fleet.shift === undefined) return result;
  return { ...result, after: { plain: scoreOf(after.plain), learned: scoreOf(after.learned) } };
}

type Drawn = { taskType: string; durationMs: number };
type Gateway = { fleet: Fleet; base: PollSchedule; draw: (random: Random) => Drawn; random: Random };

function runGateway({ fleet, base, draw, random }: Gateway, tallies: { all: Tallies; after: Tallies }): void {
  const plain = createLearnedSchedule(new Map(), base);
  const shiftAt = fleet.shift === undefined ? Number.POSITIVE_INFINITY : fleet.tasksPerGateway / 2;
  const results: TaskResult[] = [];
  let learned = plain;
  for (let i = 0; i < fleet.tasksPerGateway; i += 1) {
    if (i % RELEARN_EVERY === 0) learned = createLearnedSchedule(learnByGateway(results, base), base);
    const factor = i >= shiftAt ? (fleet.shift ?? 1) : 1;
    const drawn = draw(random);
    const durationMs = Math.min(3_600_000, Math.max(500, drawn.durationMs * factor));
    const { taskType } = drawn;
    const watched = { taskId: String(random()), durationMs, ...(!fleet.untyped && { taskType }) };
    const counted = [tallies.all, ...(i >= shiftAt && i < shiftAt + AFTER_SHIFT ? [tallies.after] : [])];
    const plainEnd = watch(plain, watched);
    const learnedEnd = watch(learned, watched);
    results.unshift(resultOf({ ...watched, taskType }, learnedEnd));
    results.length = Math.min(results.length, KEPT);
    if (i < WARM_UP) continue;
    for (const tally of counted) {
      count(tally.plain, plainEnd, durationMs);
      count(tally.learned, learnedEnd, durationMs);
    }
  }
}

type End = { polls: number; ageMs: number; previousMs: number };

type Watched = { taskId: string; durationMs: number; taskType?: string };

/** The first answer tells the type, and the later points follow from it. */
function watch(schedule: LearnedSchedule, { taskId, durationMs, taskType }: Watched): End {
  const unheard = { taskId, registeredAtMs: 0, instanceId: 'gateway' };
  const heard = { ...unheard, ...(taskType !== undefined && { taskType }) };
  const end = { polls: 0, ageMs: -1, previousMs: 0 };
  while (end.ageMs < durationMs) {
    end.previousMs = Math.max(0, end.ageMs);
    end.ageMs = schedule.nextPollAt(end.polls === 0 ? unheard : heard, end.ageMs);
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

function resultOf({ taskId, taskType }: Required<Watched>, { ageMs, previousMs }: End): TaskResult {
  const identity = { taskId, taskType, instanceId: 'gateway', projectId: 'project', profile: 'default' };
  const end = { outcome: 'succeeded' as const, summary: {}, result: { kind: 'none' as const }, expiresAtS: 0 };
  return { ...identity, ...end, registeredAtMs: 0, completedAtMs: ageMs, pendingUntilMs: previousMs };
}
