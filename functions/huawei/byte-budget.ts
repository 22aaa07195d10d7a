/** One poll's part of the memory for answers. */
export type Allowance = {
  /** Waits for this many bytes, at most for all there are, and holds them until `release`. Call it once between releases. */
  take(bytes: number): Promise<void>;
  /** Gives back what it holds, or stops waiting; then the promise of `take` never settles. */
  release(): void;
};

/** The memory that large answers may use together: twenty exports of 30 MB do not fit into a function of 512 MB at once. */
export type ByteBudget = { open(): Allowance };

/** First come, first served, so that small answers cannot keep a very large one waiting for ever. */
export function createByteBudget(totalBytes: number): ByteBudget {
  const book: Book = { totalBytes, free: totalBytes, queue: [] };
  return { open: () => new Share(book) };
}

type Book = { totalBytes: number; free: number; queue: Waiting[] };
type Waiting = { bytes: number; start(): void };

/** Waits, then holds; `release` ends either. Made for each of thousands of polls, most of which never take anything. */
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

/** Whole bytes for the answers of a function with this much memory: what the program leaves, divided by the copies that an answer has at once. */
export function answerBytesOf(memoryMb: number): number {
  return Math.floor(Math.max(1, (memoryMb - PROGRAM_MB) / COPIES) * 2 ** 20);
}

const PROGRAM_MB = 110;
/** Received, decoded, parsed and encoded again; measured with documents in Chinese, which take the most memory. */
const COPIES = 9;
