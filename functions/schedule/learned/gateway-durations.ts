import type { TaskResult } from '../../tasks/result.ts';
import { type PollSchedule, previousPollAt } from '../schedule.ts';
import { type DurationModel, type DurationSample, learnDurations } from './duration-model.ts';
import { countSinceShift } from './duration-shift.ts';

/** How long one gateway's tasks take. A model is missing where too little is known, or the world has just changed. */
export type GatewayDurations = {
  /** For a task whose type nobody has said yet. */
  all?: DurationModel;
  /** By `task_type`, for the tasks of that type. */
  byType: ReadonlyMap<string, DurationModel>;
};

type TypedSample = DurationSample & { taskType: string | undefined };

/** What the `results`, newest first, say of each gateway, by `instanceId`; `base` is the schedule of older rows. */
export function learnByGateway(results: readonly TaskResult[], base: PollSchedule): Map<string, GatewayDurations> {
  const gateways = Map.groupBy(results.filter(hasDuration), ({ instanceId }) => instanceId);
  const learned = new Map<string, GatewayDurations>();
  for (const [instanceId, known] of gateways)
    learned.set(instanceId, learnGateway(known.map((result) => sampleOf(result, base))));
  return learned;
}

function learnGateway(samples: TypedSample[]): GatewayDurations {
  const known = forgetSlowerOrFaster(samples);
  const all = learnDurations(known);
  const byType = new Map<string, DurationModel>();
  for (const [taskType, ofType] of Map.groupBy(known, (sample) => sample.taskType)) {
    const model = learnDurations(ofType);
    if (model && taskType !== undefined) byType.set(taskType, model);
  }
  return { ...(all && { all }), byType };
}

/** A gateway that became slower or faster did so for every type: measured by what is usual for each, it shows sooner. */
function forgetSlowerOrFaster(samples: TypedSample[]): TypedSample[] {
  const usual = new Map<string | undefined, number>();
  for (const [taskType, ofType] of Map.groupBy(samples, (sample) => sample.taskType))
    usual.set(taskType, medianOf(ofType.map(middleOf)));
  const recent = countSinceShift(samples.map((sample) => middleOf(sample) / (usual.get(sample.taskType) ?? 1)));
  return recent === undefined ? samples : samples.slice(0, recent);
}

function middleOf({ afterMs, byMs }: DurationSample): number {
  return (afterMs + byMs) / 2;
}

function medianOf(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1;
}

/** Our own ends (a deadline, a refusal) say nothing about how long Huawei takes. */
function hasDuration({ outcome }: TaskResult): boolean {
  return outcome === 'succeeded' || outcome === 'partially_succeeded' || outcome === 'failed';
}

/** Rows of before `pendingUntilMs` was kept were polled by the plain schedule. */
function sampleOf(result: TaskResult, base: PollSchedule): TypedSample {
  const byMs = Math.max(1, result.completedAtMs - result.registeredAtMs);
  const pendingUntilMs = result.pendingUntilMs ?? previousPollAt(result, result.completedAtMs, base);
  const afterMs = Math.max(0, Math.min(pendingUntilMs - result.registeredAtMs, byMs - 1));
  return { afterMs, byMs, taskType: result.taskType };
}
