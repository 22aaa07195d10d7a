/** One poll's share of the memory for answers. */
export type Allowance = {
  /** Waits until so many bytes are free and holds them, or all there are where it asks for more; once per release. */
  take(bytes: number): Promise<void>;
  /** Gives back what it holds, and asks for nothing any more. */
  release(): void;
};

/** Memory that large answers share, so that many of them at once do not exceed what the process has. */
export type ByteBudget = { open(): Allowance };

/** First come, first served: a very large answer waits for those before it, and those after it wait for it. */
export function createByteBudget(totalBytes: number): ByteBudget {
  const book: Book = { totalBytes, free: totalBytes, queue: [] };
  return { open: () => new Share(book) };
}

type Book = { totalBytes: number; free: number; queue: Waiting[] };
type Waiting = { bytes: number; start(): void };

/** A class, for one is made for each of thousands of polls, and hardly any asks for bytes. */
class Share implements Allowance {
  readonly #book: Book;
  #held = 0;
  #waiting: Waiting | undefined;

  constructor(book: Book) {
    this.#book = book;
  }

  async take(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wanted = Math.min(bytes, this.#book.totalBytes);
    const start = () => {
      this.#held = wanted;
      resolve();
    };
    this.#waiting = { bytes: wanted, start };
    this.#book.queue.push(this.#waiting);
    startNext(this.#book);
    await promise;
  }

  release(): void {
    if (this.#waiting === undefined) return;
    this.#book.queue = this.#book.queue.filter((other) => other !== this.#waiting);
    this.#waiting = undefined;
    this.#book.free += this.#held;
    this.#held = 0;
    startNext(this.#book);
  }
}

function startNext(book: Book): void {
  for (let next = book.queue[0]; next && next.bytes <= book.free; next = book.queue[0]) {
    book.queue.shift();
    book.free -= next.bytes;
    next.start();
  }
}

/** In a function of so many megabytes: what is left beside the program, shared by the forms an answer has while it is read and stored. */
export function answerBytesOf(memoryMb: number): number {
  return Math.max(1, (memoryMb - PROGRAM_MB) / COPIES) * 2 ** 20;
}

const PROGRAM_MB = 110;
/** Received, decoded, parsed and encoded again; measured with documents in Chinese, which take most. */
const COPIES = 9;
