/** One poll's share of the memory for answers. */
export type Allowance = {
  /** Waits until so many bytes are free and holds them, or all there are where it asks for more; once per release. */
  take(bytes: number): Promise<void>;
  /** Gives back what it holds, and asks for nothing any more. */
  release(): void;
};

/** Memory that large answers share, so that many of them at once do not exceed what the process has. */
export type ByteBudget = { open(): Allowance };

type Waiting = { bytes: number; start(): void };

/** First come, first served: a very large answer waits for those before it, and those after it wait for it. */
export function createByteBudget(totalBytes: number): ByteBudget {
  let free = totalBytes;
  let queue: Waiting[] = [];

  const startNext = () => {
    for (let next = queue[0]; next && next.bytes <= free; next = queue[0]) {
      queue.shift();
      free -= next.bytes;
      next.start();
    }
  };
  return {
    open() {
      let held = 0;
      let waiting: Waiting | undefined;
      return {
        async take(bytes) {
          const { promise, resolve } = Promise.withResolvers<void>();
          const wanted = Math.min(bytes, totalBytes);
          const start = () => {
            held = wanted;
            resolve();
          };
          waiting = { bytes: wanted, start };
          queue.push(waiting);
          startNext();
          await promise;
        },
        release() {
          if (held === 0 && waiting === undefined) return;
          queue = queue.filter((other) => other !== waiting);
          waiting = undefined;
          free += held;
          held = 0;
          startNext();
        },
      };
    },
  };
}

/** In a function of so many megabytes: what is left beside the program, shared by the forms an answer has while it is read and stored. */
export function answerBytesOf(memoryMb: number): number {
  return Math.max(1, (memoryMb - PROGRAM_MB) / COPIES) * 2 ** 20;
}

const PROGRAM_MB = 110;
/** Received, decoded, parsed and encoded again; measured with documents in Chinese, which take most. */
const COPIES = 9;
