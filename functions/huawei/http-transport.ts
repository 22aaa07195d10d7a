import type { Dispatcher, Pool as PoolType } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { createAbortListeners } from './abort-listeners.ts';
import { AnswerCollector, type HttpAnswer } from './answer-collector.ts';
import type { Allowance } from './byte-budget.ts';

type HttpRequest = {
  /** `https://host[:port]`. */
  origin: string;
  path: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal | undefined;
  /** What an answer of more than a mebibyte takes its share of before it is read on. */
  allowance?: Allowance | undefined;
};

export type TransportOptions = {
  /** Sockets per origin. Default 50. */
  connections?: number;
  /** Default 64 MiB, counted as received. */
  maxBodyBytes?: number;
  /** Default 5000. */
  connectTimeoutMs?: number;
  /** From the request's end to the answer's head. Default 15000. */
  headersTimeoutMs?: number;
  /** Between two pieces of the body. Default 15000. */
  bodyTimeoutMs?: number;
};

/** Sends requests over one keep-alive pool per origin. Rejects with the system's or undici's error, or `AnswerTooLargeError`. */
export type HttpTransport = {
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Lets requests in flight end, then closes every socket. */
  close(): Promise<void>;
};

export function createHttpTransport(options: TransportOptions = {}): HttpTransport {
  const { maxBodyBytes = 64 * 1024 * 1024 } = options;
  const pools = new Map<string, PoolType>();
  const listeners = createAbortListeners();

  const poolOf = (origin: string): PoolType => {
    const existing = pools.get(origin);
    if (existing) return existing;
    const pool = createPool(origin, options);
    pools.set(origin, pool);
    return pool;
  };

  return {
    // dispatch, not request: an answer is small and read whole, and a stream for each costs more than its signature.
    send({ origin, signal, allowance, ...request }) {
      const collector = new AnswerCollector({ maxBodyBytes, signal, listeners, allowance });
      if (!signal?.aborted) poolOf(origin).dispatch(request satisfies Dispatcher.DispatchOptions, collector);
      return collector.answer;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function createPool(origin: string, options: TransportOptions): PoolType {
  return new Pool(origin, {
    connections: options.connections ?? 50,
    connect: { timeout: options.connectTimeoutMs ?? 5_000 },
    headersTimeout: options.headersTimeoutMs ?? 15_000,
    bodyTimeout: options.bodyTimeoutMs ?? 15_000,
    // A frozen Lambda wakes up with sockets that the peer has closed: idle ones are given up soon.
    keepAliveTimeout: 10_000,
    allowH2: false,
  });
}
