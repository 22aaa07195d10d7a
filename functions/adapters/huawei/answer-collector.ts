import type { Dispatcher } from 'undici';
import type { Allowance } from '../../core/byte-budget.ts';
import type { OnAbort } from './abort-listeners.ts';

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

type CollectorOptions = {
  maxBodyBytes: number;
  signal: AbortSignal | undefined;
  onAbort: OnAbort;
  allowance: Allowance | undefined;
  resolve: (answer: HttpAnswer) => void;
  reject: (error: unknown) => void;
};

/** An undici handler that gathers one answer and settles once. An abort settles at once, even while queued for a socket. */
export function createAnswerCollector(options: CollectorOptions): Dispatcher.DispatchHandler {
  const { maxBodyBytes, signal } = options;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let status = 0;
  let headers: HttpAnswer['headers'] = {};
  let controller: Dispatcher.DispatchController | undefined;
  let hasShare = options.allowance === undefined;

  /** Nothing more is read until there is memory for it. An abort rejects the answer, and with it this waiting. */
  const waitForShare = (length: number) => {
    hasShare = true;
    controller?.pause();
    void options.allowance?.take(length).then(() => controller?.resume());
  };
  let stop = () => {};
  const fail = (error: Error) => {
    stop();
    options.reject(error);
    controller?.abort(error);
  };
  function onAbort() {
    fail(abortError(signal?.reason));
  }
  const tooLarge = () => fail(new AnswerTooLargeError(maxBodyBytes, status));

  if (signal?.aborted) onAbort();
  else if (signal) stop = options.onAbort(signal, onAbort);

  return {
    onRequestStart(started) {
      controller = started;
      if (signal?.aborted) started.abort(abortError(signal.reason));
    },
    onResponseStart(_, statusCode, answered) {
      status = statusCode;
      headers = answered;
      const length = Number(answered['content-length']);
      if (length > maxBodyBytes) tooLarge();
      else if (length > SMALL_BYTES && !hasShare) waitForShare(length);
    },
    onResponseData(_, chunk) {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) return tooLarge();
      chunks.push(chunk);
      // Its length is not known before its end: it may be the largest that is read.
      if (bytes > SMALL_BYTES && !hasShare) waitForShare(maxBodyBytes);
    },
    onResponseEnd() {
      stop();
      options.resolve({ status, headers, body: textOf(chunks) });
    },
    onResponseError(_, error) {
      stop();
      options.reject(error);
    },
  };
}

function textOf(chunks: Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return '';
  return (chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8');
}

function abortError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException('the poll was aborted', 'AbortError');
}
