import type { Dispatcher } from 'undici';
import type { AbortListener, AbortListeners } from './abort-listeners.ts';
import type { Allowance } from './byte-budget.ts';

/** A whole HTTP answer. Header names are in lower case; the body is decoded as UTF-8. */
export type HttpAnswer = {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
};

/** The body went past the cap, by its length or as it came; the connection was dropped. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
  readonly httpStatus: number;
  constructor(maxBodyBytes: number, httpStatus: number) {
    super(`the answer is larger than ${maxBodyBytes} bytes, the most that is read`);
    this.httpStatus = httpStatus;
  }
}

/** Smaller answers are many and ask for no share. */
const SMALL_BYTES = 2 ** 20;

export type AnswerOptions = {
  maxBodyBytes: number;
  signal: AbortSignal | undefined;
  listeners: AbortListeners;
  allowance: Allowance | undefined;
};

/**
 * An undici handler that gathers one answer and settles `answer` once. An abort settles at once, even while queued for a
 * socket. A class, for one is made for each of thousands of polls.
 */
export class AnswerCollector implements Dispatcher.DispatchHandler, AbortListener {
  readonly #options: AnswerOptions;
  readonly #settled = Promise.withResolvers<HttpAnswer>();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #controller: Dispatcher.DispatchController | undefined;
  #hasShare: boolean;

  constructor(options: AnswerOptions) {
    const { signal, listeners, allowance } = options;
    this.#options = options;
    this.#hasShare = allowance === undefined;
    if (signal?.aborted) this.onAbort(signal.reason);
    else if (signal) listeners.add(signal, this);
  }

  get answer(): Promise<HttpAnswer> {
    return this.#settled.promise;
  }

  onAbort(reason: unknown): void {
    this.#fail(reason instanceof Error ? reason : new DOMException('the poll was aborted', 'AbortError'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const { signal } = this.#options;
    if (signal?.aborted) this.onAbort(signal.reason);
  }

  onResponseStart(_: unknown, status: number, headers: HttpAnswer['headers']): void {
    this.#status = status;
    this.#headers = headers;
    const length = Number(headers['content-length']);
    if (length > this.#options.maxBodyBytes) this.#failTooLarge();
    else if (length > SMALL_BYTES && !this.#hasShare) this.#waitForShare(length);
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    const { maxBodyBytes } = this.#options;
    this.#bytes += chunk.length;
    if (this.#bytes > maxBodyBytes) {
      this.#failTooLarge();
      return;
    }
    this.#chunks.push(chunk);
    // Its length is not known before its end: it may be the largest that is read.
    if (this.#bytes > SMALL_BYTES && !this.#hasShare) this.#waitForShare(maxBodyBytes);
  }

  onResponseEnd(): void {
    this.#stopListening();
    this.#settled.resolve({ status: this.#status, headers: this.#headers, body: textOf(this.#chunks) });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#stopListening();
    this.#settled.reject(error);
  }

  /** Nothing more is read until there is memory for it. An abort rejects the answer, and with it this waiting. */
  #waitForShare(length: number): void {
    this.#hasShare = true;
    this.#controller?.pause();
    void this.#options.allowance?.take(length).then(() => this.#controller?.resume());
  }

  #failTooLarge(): void {
    this.#fail(new AnswerTooLargeError(this.#options.maxBodyBytes, this.#status));
  }

  #fail(error: Error): void {
    this.#stopListening();
    this.#settled.reject(error);
    this.#controller?.abort(error);
  }

  #stopListening(): void {
    const { signal, listeners } = this.#options;
    if (signal) listeners.remove(signal, this);
  }
}

function textOf(chunks: Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return '';
  return (chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8');
}
