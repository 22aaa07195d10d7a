import { OUTCOMES, type Outcome } from '../names.ts';
import type { ResultFilter } from './filter.ts';
import type { TaskResultStore } from './ports.ts';
import { canWatchAgain, type TaskResult } from './result.ts';

/** Results that are counted at most, the newest ones. */
const MOST_RESULTS = 10_000;
const PAGE = 1_000;
/** A sparse filter can leave pages nearly empty: reading ends here all the same. */
const MOST_PAGES = 20;
const MOST_LABELS = 200;
const MOST_RECENT = 50;

/** One end, and how long after its registration it was seen; no time if it is not known how the task went. */
export type RecentEnd = { taskId: string; outcome: Outcome; completedAtMs: number; durationMs?: number };

/** What the counted results of one label say together. */
export type LabelStats = {
  /** Absent for tasks without a label. */
  label?: string;
  count: number;
  succeeded: number;
  /** Percentiles by nearest rank, of the tasks that have a duration; absent if none has. */
  p50Ms?: number;
  p95Ms?: number;
  newest: RecentEnd;
};

export type Stats = {
  counted: number;
  /** False if there are older results that were not counted. */
  isComplete: boolean;
  /** The oldest counted end, epoch milliseconds. */
  oldestAtMs?: number;
  outcomes: Record<Outcome, number>;
  /** Most results first, 200 at most. */
  labels: LabelStats[];
  /** Labels beyond those. */
  omittedLabels: number;
  /** The newest 50 ends. */
  recent: RecentEnd[];
};

/** Counts the newest 10,000 results that fit the filter. Throws `StoreError`. */
export async function readStats(results: Pick<TaskResultStore, 'list'>, filter: ResultFilter): Promise<Stats> {
  const all: TaskResult[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES && all.length < MOST_RESULTS; page++) {
    const limit = Math.min(PAGE, MOST_RESULTS - all.length);
    const { items, nextCursor } = await results.list(filter, { limit, ...(cursor !== undefined && { cursor }) });
    all.push(...items);
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  return tally(all, cursor === undefined);
}

/** `results` newest first. */
function tally(results: readonly TaskResult[], isComplete: boolean): Stats {
  const byLabel = Map.groupBy(results, ({ label }) => label);
  const labels = [...byLabel.values()].map(tallyLabel).sort((a, b) => b.count - a.count);
  const oldest = results.at(-1);
  return {
    counted: results.length,
    isComplete,
    ...(oldest && { oldestAtMs: oldest.completedAtMs }),
    outcomes: countOutcomes(results),
    labels: labels.slice(0, MOST_LABELS),
    omittedLabels: Math.max(0, labels.length - MOST_LABELS),
    recent: results.slice(0, MOST_RECENT).map(toEnd),
  };
}

function countOutcomes(results: readonly TaskResult[]): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

function tallyLabel(results: TaskResult[]): LabelStats {
  const [newest] = results as [TaskResult];
  const { label } = newest;
  const durations = results.flatMap((result) => toEnd(result).durationMs ?? []).sort((a, b) => a - b);
  const [p50Ms, p95Ms] = [percentile(durations, 0.5), percentile(durations, 0.95)];
  return {
    ...(label !== undefined && { label }),
    count: results.length,
    succeeded: results.filter(({ outcome }) => outcome === 'succeeded').length,
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
    newest: toEnd(newest),
  };
}

function toEnd({ taskId, outcome, registeredAtMs, completedAtMs }: TaskResult): RecentEnd {
  const durationMs = canWatchAgain(outcome) ? {} : { durationMs: Math.max(0, completedAtMs - registeredAtMs) };
  return { taskId, outcome, completedAtMs, ...durationMs };
}

/** Nearest rank. */
function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
