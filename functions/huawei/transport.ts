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
  const listenersOf = createListeners();

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
      const collector = new Collector(allowance, maxBodyBytes);
      const listeners = signal && listenersOf(signal);
      listeners?.add(collector);
      try {
        dispatcherOf(request.origin).dispatch(request, collector);
        return await collector.answer;
      } finally {
        listeners?.delete(collector);
      }
    },
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.close()));
    },
  };
}

/**
 * Gathers one answer for undici, which calls it as the answer comes. Made for each of thousands of polls: a stream of the
 * body, as `request` makes one, costs more CPU than anything else of a poll that we can leave out. Undici itself ends what is larger than allowed.
 */
class Collector implements Dispatcher.DispatchHandler {
  readonly #allowance: Allowance | undefined;
  readonly #maxBodyBytes: number;
  readonly #answer = Promise.withResolvers<HttpAnswer>();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #controller: Dispatcher.DispatchController | undefined;
  #hasShare = false;
  #aborted: Error | undefined;

  constructor(allowance: Allowance | undefined, maxBodyBytes: number) {
    this.#allowance = allowance;
    this.#maxBodyBytes = maxBodyBytes;
  }

  get answer(): Promise<HttpAnswer> {
    return this.#answer.promise;
  }

  /** At once, also while the request is queued for a socket. */
  abort(reason: Error): void {
    this.#aborted = reason;
    this.#answer.reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(this.#aborted);
  }

  onResponseStart(_: unknown, status: number, headers: HttpAnswer['headers']): void {
    this.#status = status;
    this.#headers = headers;
    this.#takeShareOf(Number(headers['content-length']));
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    // Its length is known only at its end, so that it may be the largest that is read.
    if (this.#bytes > SMALL_BYTES) this.#takeShareOf(this.#maxBodyBytes);
  }

  onResponseEnd(): void {
    const [first = EMPTY] = this.#chunks;
    const body = (this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first).toString();
    this.#answer.resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#answer.reject(error);
  }

  /** Nothing more is read until there is memory for so many bytes. */
  #takeShareOf(bytes: number): void {
    if (this.#hasShare || this.#allowance === undefined || !(bytes > SMALL_BYTES)) return;
    this.#hasShare = true;
    this.#controller?.pause();
    void this.#allowance.take(bytes).then(() => this.#controller?.resume());
  }
}

const EMPTY = Buffer.alloc(0);

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

/** Thousands of polls share the signal of their sweep, and a listener on it for each would cost a third of a poll's CPU. */
function createListeners(): (signal: AbortSignal) => Set<Collector> {
  const known = new WeakMap<AbortSignal, Set<Collector>>();
  return (signal) => {
    const collectors = known.get(signal) ?? new Set();
    if (known.has(signal)) return collectors;
    known.set(signal, collectors);
    const abortAll = () => {
      for (const collector of collectors) collector.abort(signal.reason);
    };
    signal.addEventListener('abort', abortAll, { once: true });
    return collectors;
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
