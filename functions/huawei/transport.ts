import { EventEmitter } from 'node:events';
import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { ConfigError } from '../tasks/errors.ts';

/** A whole HTTP answer. Header names are in lower case; the body is decoded as UTF-8. */
export type HttpAnswer = {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
};

type HttpRequest = {
  /** `https://host[:port]`. */
  origin: string;
  path: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal | undefined;
  /** An answer of more than a mebibyte takes its share of this before the rest of it is read. */
  allowance?: Allowance | undefined;
};

export type TransportOptions = {
  /** Sockets per origin. Default 50. */
  connections?: number;
  /** The most that is read of a body, as received; whole bytes. Default 64 MiB. */
  maxBodyBytes?: number;
  /** From the request's end to the answer's head, and between two pieces of the body. Default 15000. */
  timeoutMs?: number;
  /**
   * False: a new socket for each request, so that none is lost with a socket that the peer closes at that moment. Default true.
   */
  isKeptAlive?: boolean;
};

/**
 * Sends requests over one keep-alive pool per origin, https through the proxy in `HTTPS_PROXY` except to hosts in `NO_PROXY`.
 * Rejects with the system's or undici's error, or the signal's reason.
 */
export type Transport = {
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Lets requests in flight end, then closes every socket. */
  close(): Promise<void>;
};

/** Smaller answers are many and take no share. */
const SMALL_BYTES = 2 ** 20;
const CONNECT_TIMEOUT_MS = 5_000;
/** An IAM token comes in a header, and long ones exceed Node's limit of 16 KiB. */
const MAX_HEADER_BYTES = 2 ** 16;

export function createTransport(options: TransportOptions = {}): Transport {
  const { maxBodyBytes = 64 * 2 ** 20 } = options;
  const dispatchers = new Map<string, Dispatcher>();
  const emitterOf = createEmitters();

  const dispatcherOf = (origin: string): Dispatcher => {
    const known = dispatchers.get(origin);
    if (known) return known;
    const dispatcher = createDispatcher(origin, { ...options, maxBodyBytes });
    dispatchers.set(origin, dispatcher);
    return dispatcher;
  };

  return {
    async send({ signal, allowance, ...request }) {
      signal?.throwIfAborted();
      const answer = await dispatcherOf(request.origin).request({
        ...request,
        signal: signal ? emitterOf(signal) : null,
      });
      const { statusCode: status, headers, body } = answer;
      const length = Number(headers['content-length']);
      if (allowance === undefined || length <= SMALL_BYTES) return { status, headers, body: await body.text() };
      const take = (bytes: number) => unlessAborted(allowance.take(bytes), signal);
      if (Number.isNaN(length))
        return { status, headers, body: await readUnknownLength(body, () => take(maxBodyBytes)) };
      await take(length);
      return { status, headers, body: await body.text() };
    },
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.close()));
    },
  };
}

/** The length is known only at the end, so that whatever is not small may be the largest that is read. */
async function readUnknownLength(body: AsyncIterable<Buffer>, takeShare: () => Promise<void>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const wasSmall = bytes <= SMALL_BYTES;
    bytes += chunk.length;
    chunks.push(chunk);
    if (wasSmall && bytes > SMALL_BYTES) await takeShare();
  }
  return Buffer.concat(chunks).toString();
}

function createDispatcher(origin: string, options: TransportOptions & { maxBodyBytes: number }): Dispatcher {
  const { connections = 50, timeoutMs = 15_000, maxBodyBytes, isKeptAlive = true } = options;
  const settings = {
    connections,
    pipelining: isKeptAlive ? 1 : 0,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: maxBodyBytes,
    // A frozen Lambda wakes up with sockets that the peer has closed: idle ones are given up soon.
    keepAliveTimeout: 10_000,
    allowH2: false,
  };
  const { https_proxy, HTTPS_PROXY } = process.env;
  const proxy = https_proxy || HTTPS_PROXY;
  // Plain http is for loopback addresses, which no proxy reaches.
  return proxy && origin.startsWith('https:') ? createProxied(proxy, settings) : new Pool(origin, settings);
}

/** Reads `NO_PROXY` itself. Throws `ConfigError` without the value, which may hold a password. */
function createProxied(httpsProxy: string, settings: EnvHttpProxyAgent.Options): Dispatcher {
  try {
    return new EnvHttpProxyAgent({ ...settings, httpsProxy, httpProxy: '' });
  } catch {
    throw new ConfigError(['HTTPS_PROXY is not the URL of a proxy, which looks like http://host:port']);
  }
}

/** Rejects when the signal aborts; what the promise stands for goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}

/**
 * An emitter for each signal, which undici takes in its place. Thousands of polls share the signal of their sweep, and a
 * listener on it for each would cost a third of a poll's CPU.
 */
function createEmitters(): (signal: AbortSignal) => EventEmitter {
  const emitters = new WeakMap<AbortSignal, EventEmitter>();
  return (signal) => {
    const known = emitters.get(signal);
    if (known) return known;
    const emitter = new EventEmitter().setMaxListeners(0);
    emitters.set(signal, emitter);
    const onAbort = () => Object.assign(emitter, { reason: signal.reason }).emit('abort');
    signal.addEventListener('abort', onAbort, { once: true });
    return emitter;
  };
}

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
