import type { Clock } from '../../functions/tasks/ports.ts';

type Timer = { atMs: number; number: number; resolve(): void };

/** Time that passes only where everything waits, as fast as the machine can; ends of sleeps come in their order. */
export class VirtualTime implements Clock {
  #nowMs: number;
  #heap: Timer[] = [];
  #count = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#count += 1;
    const timer = { atMs: this.#nowMs + Math.max(0, ms), number: this.#count, resolve };
    this.#push(timer);
    const onAbort = () => resolve();
    signal?.addEventListener('abort', onAbort, { once: true });
    await promise;
    signal?.removeEventListener('abort', onAbort);
  }

  /** Lets time pass until nothing sleeps any more, or until `isOver`. */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      // Everything that can go on does so before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#pop();
      if (next === undefined || isOver()) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.resolve();
      while (this.#heap[0]?.atMs === next.atMs) this.#pop()?.resolve();
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent])) break;
      heap[at] = heap[parent] as Timer;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Timer, heap[child])) child += 1;
      if (!isBefore(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Timer, other: Timer | undefined): boolean {
  return other !== undefined && (one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number));
}
