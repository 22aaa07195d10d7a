import pLimit from 'p-limit';
import type QuickLru from 'quick-lru';
import type { Publisher, PublishReport } from '../messages/publishers.ts';
import type { StoreResult } from '../stores/store-result.ts';
import type { Clock, Log, MetricSink, PendingTaskStore } from '../tasks/ports.ts';
import type { TaskResult } from '../tasks/result.ts';

/** A run lives at most this long: a stored result that is older and still pending was left by one that died. */
export const RUN_LIFETIME_MS = 2 * 60_000;

export type SettleDeps = {
  storeResult: StoreResult;
  pending: PendingTaskStore;
  /** Everybody who is told: machines first, then people. All of them must have it before the pending row goes. */
  publishers: readonly Publisher[];
  /** How many of the publishers have an end that not all of them took: those are not told again by this process. */
  toldBefore: QuickLru<string, number>;
  /** When nobody else runs since then (epoch milliseconds), a result that is older was left by a process that died. */
  aloneSinceMs?: number | undefined;
  clock: Clock;
  log: Log;
  metrics: MetricSink;
};

/** Collects what ended in one sweep and tells about it in as few rounds as its length allows. */
export type SettlingRound = {
  /** Step 1. False when another run stored this result a moment ago and will go on with it. */
  add(result: TaskResult): Promise<boolean>;
  /** Steps 2 and 3 for all that was added; throws what they could not do since the last time. */
  finish(): Promise<void>;
};

const MAX_ROUND = 500;
/** A sweep that waits for its upstream takes a minute: what has ended is told sooner, still in few messages. */
const MAX_ROUND_MS = 5_000;
/** A process that is alone waits no longer than it has lived: one that dies early again and again would tell nobody. */
const LEAST_ROUND_MS = 500;
const DELETES_AT_ONCE = 32;

/**
 * Settles in three single-item steps: put the result if none is there, publish, delete the pending row.
 *
 *     put ──✗ died ──► the row is pending, the next poll finds the result after 2 minutes and goes on from publish
 *     put ─► publish ──✗ died ──► the same; the message repeats under the same event id
 *     put ─► publish ─► delete: over
 */
export function createSettlingRound(deps: SettleDeps): SettlingRound {
  let round: TaskResult[] = [];
  let timer = new AbortController();
  const troubles = createTroubles();
  const told = new Set<Promise<void>>();
  const tell = () => {
    timer.abort();
    const results = round;
    round = [];
    if (results.length === 0) return;
    const telling = publishAndRemove(deps, results)
      .catch(troubles.add)
      .finally(() => told.delete(telling));
    told.add(telling);
  };
  const tellLater = async () => {
    timer = new AbortController();
    const { signal } = timer;
    await deps.clock.sleep(roundMs(deps), signal);
    if (!signal.aborted) tell();
  };
  return {
    async add(result) {
      const stored = await deps.storeResult(result);
      if (stored.kind === 'exists' && isLeftToOther(stored.result, result, deps)) return false;
      if (round.push(stored.result) === 1) void tellLater();
      if (round.length >= MAX_ROUND) {
        tell();
        // Results that wait to be told are held in memory: no more come before these have gone.
        await Promise.all(told);
      }
      return true;
    },
    async finish() {
      tell();
      await Promise.all(told);
      troubles.throwAll('rounds not told');
    },
  };
}

function roundMs({ clock, aloneSinceMs = Number.NEGATIVE_INFINITY }: SettleDeps): number {
  return Math.min(MAX_ROUND_MS, Math.max(LEAST_ROUND_MS, clock.now() - aloneSinceMs));
}

/** A result with our own completion time is ours: the SDK repeated a put whose answer got lost. */
function isLeftToOther(existing: TaskResult, ours: TaskResult, { clock, aloneSinceMs = 0 }: SettleDeps): boolean {
  const { completedAtMs } = existing;
  if (completedAtMs === ours.completedAtMs || completedAtMs < aloneSinceMs) return false;
  return clock.now() - completedAtMs < RUN_LIFETIME_MS;
}

async function publishAndRemove(deps: SettleDeps, results: TaskResult[]): Promise<void> {
  const failed = new Map<string, string>();
  const isOpen = (result: TaskResult, number: number) =>
    !failed.has(result.taskId) && (deps.toldBefore.get(endOf(result)) ?? 0) <= number;
  for (const [number, publisher] of deps.publishers.entries()) {
    const open = results.filter((result) => isOpen(result, number));
    for (const { taskId, reason } of await publishApart(publisher, open)) failed.set(taskId, reason);
    for (const result of open) if (!failed.has(result.taskId)) deps.toldBefore.set(endOf(result), number + 1);
  }
  const told = results.filter((result) => !failed.has(result.taskId));
  if (failed.size > 0) {
    deps.metrics.add('NotificationFailures', failed.size);
    deps.log.error('not published, will be published again', { failed: Object.fromEntries([...failed].slice(0, 20)) });
  }
  await removeAll(deps, told);
}

/** Publishes together; where that throws, each alone, so that a result which cannot be rendered holds up no other. */
async function publishApart(publisher: Publisher, results: TaskResult[]): Promise<PublishReport['failed']> {
  try {
    return (await publisher.publish(results)).failed;
  } catch (error) {
    const reports = results.length > 1 ? await Promise.allSettled(results.map((one) => publisher.publish([one]))) : [];
    // Nothing can be published at all: that is the publisher's trouble, not the results'.
    if (reports.every(({ status }) => status === 'rejected')) throw error;
    return results.flatMap(({ taskId }, index) => {
      const report = reports[index];
      return report?.status === 'fulfilled' ? report.value.failed : [{ taskId, reason: 'it cannot be published' }];
    });
  }
}

/** A task that is watched again has another end later, of which nobody has been told. */
function endOf({ taskId, completedAtMs }: TaskResult): string {
  return `${taskId}@${completedAtMs}`;
}

async function removeAll({ pending, toldBefore }: SettleDeps, results: TaskResult[]): Promise<void> {
  const limit = pLimit(DELETES_AT_ONCE);
  const removals = results.map((result) =>
    limit(async () => {
      await pending.remove(result.taskId);
      toldBefore.delete(endOf(result));
    }),
  );
  const lost = (await Promise.allSettled(removals)).find((removal) => removal.status === 'rejected');
  if (lost) throw lost.reason;
}

/** What went wrong with single tasks, kept until the others are done. */
export type Troubles = {
  add(error: unknown): void;
  /** Throws an `AggregateError` that names how many there were and the first causes, and forgets them; else nothing. */
  throwAll(what: string): void;
};

/** One broken dependency fails thousands of tasks alike: more of them would only cost memory. */
const KEPT = 20;
const NAMED = 3;

/** Makes an empty collection. */
export function createTroubles(): Troubles {
  let kept: unknown[] = [];
  let count = 0;
  return {
    add(error) {
      count += 1;
      if (kept.length < KEPT) kept.push(error);
    },
    throwAll(what) {
      if (count === 0) return;
      const causes = [...new Set(kept.map((error) => (error instanceof Error ? error.message : String(error))))];
      const error = new AggregateError(kept, `${count} ${what}: ${causes.slice(0, NAMED).join('; ')}`);
      kept = [];
      count = 0;
      throw error;
    },
  };
}
