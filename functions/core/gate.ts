/** At most `size` holders at once; the others wait in order. Keeps what is in flight bounded across pages. */
export type Gate = {
  enter(): Promise<void>;
  leave(): void;
  /** Resolves when nobody is inside. */
  drained(): Promise<void>;
};

/** Makes a gate for `size` holders. */
export function createGate(size: number): Gate {
  let inside = 0;
  const queue: (() => void)[] = [];
  let onEmpty: (() => void)[] = [];
  return {
    async enter() {
      if (inside >= size) await new Promise<void>((resolve) => queue.push(resolve));
      else inside += 1;
    },
    leave() {
      const next = queue.shift();
      if (next) return next();
      inside -= 1;
      if (inside > 0) return;
      for (const resolve of onEmpty) resolve();
      onEmpty = [];
    },
    async drained() {
      if (inside > 0) await new Promise<void>((resolve) => onEmpty.push(resolve));
    },
  };
}
