/** At most `size` holders at once; the others wait in order. */
export type Gate = {
  enter(): Promise<void>;
  leave(): void;
};

/** Makes a gate for `size` holders. */
export function createGate(size: number): Gate {
  let inside = 0;
  const queue: (() => void)[] = [];
  return {
    async enter() {
      if (inside >= size) await new Promise<void>((resolve) => queue.push(resolve));
      else inside += 1;
    },
    leave() {
      const next = queue.shift();
      if (next) next();
      else inside -= 1;
    },
  };
}
