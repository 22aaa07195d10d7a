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
