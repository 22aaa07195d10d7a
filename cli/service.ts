import { type Problem, problemKind, readProblem } from './answers.ts';
import { type Io, pause } from './io.ts';
import { type Answer, attempt, type Request, type Target } from './request.ts';
import { oneLine } from './text.ts';

/** An answer that a repetition would not change. `message` is a sentence for people. */
export type Refusal = {
  kind: 'refused';
  status: number;
  problem: Problem | undefined;
  message: string;
  /** An earlier try may have arrived, although no usable answer came back. */
  isRepeat: boolean;
};

/** How a call ended. `late`: `untilMs` came first. */
export type Called<T> =
  | { kind: 'ok'; value: T }
  | Refusal
  | { kind: 'unreachable'; reason: string; problem: Problem | undefined }
  | { kind: 'late' };

export type CallOptions<T> = {
  /** What the caller wants of a success; undefined if it is not there: then something else has answered. */
  read: (answer: Answer) => T | undefined;
  /** Epoch milliseconds from which the caller wants no more tries. */
  untilMs?: number;
  /** How long the service may hold this answer. */
  holdMs?: number;
  /** Only silence ends the call: a 429 or 5xx is tried again until `untilMs`, and not only for `giveUpMs`. */
  isPatient?: boolean;
  /** Decides otherwise than by the status: 4xx that pass, 5xx that do not. */
  judge?: (status: number, problem: Problem | undefined) => 'again' | 'refused' | undefined;
};

type ServiceDeps = { io: Pick<Io, 'clock' | 'signal' | 'patience'>; note(text: string): void };
type Again = { kind: 'again'; reason: string; problem: Problem | undefined; waitMs: number };

/**
 * The service behind its URL, asked until it gives an answer that counts. Trouble is reported once, and its end once,
 * however many requests meet it.
 */
export class Service {
  readonly #target: Target;
  readonly #deps: ServiceDeps;
  /** Epoch milliseconds of the last answer to any request, whatever it was. */
  #heardAtMs = 0;
  #isInTrouble = false;

  constructor(target: Target, deps: ServiceDeps) {
    this.#target = target;
    this.#deps = deps;
  }

  get url(): string {
    return this.#target.url;
  }

  async call<T>(request: Request, options: CallOptions<T>): Promise<Called<T>> {
    const { clock, patience } = this.#deps.io;
    const { untilMs = Number.POSITIVE_INFINITY } = options;
    const startedAtMs = clock.now();
    let isRepeat = false;
    const giveUpAtMs = () => patience.giveUpMs + Math.max(startedAtMs, options.isPatient ? this.#heardAtMs : 0);
    for (let pauseMs = patience.firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, patience.longestPauseMs)) {
      const tried = await this.#try(request, options, Math.min(untilMs, giveUpAtMs()));
      if (tried.kind === 'refused') return { ...tried, isRepeat };
      if (tried.kind !== 'again') return tried;
      isRepeat = true;
      const { reason, problem, waitMs } = tried;
      if (clock.now() >= untilMs) return { kind: 'late' };
      if (clock.now() >= giveUpAtMs()) return { kind: 'unreachable', reason, problem };
      this.#noteTrouble(reason);
      const leftMs = Math.min(untilMs, giveUpAtMs()) - clock.now();
      await pause(this.#deps.io, Math.min(Math.max(waitMs, pauseMs * (0.75 + Math.random() / 2)), leftMs));
    }
  }

  async #try<T>(request: Request, options: CallOptions<T>, lastMs: number): Promise<Called<T> | Again> {
    const { clock, patience, signal } = this.#deps.io;
    const leftMs = Math.max(lastMs - clock.now(), MIN_TRY_MS);
    const timeoutMs = Math.min(patience.silenceMs + (options.holdMs ?? 0), leftMs);
    const tried = await attempt(this.#target, request, { timeoutMs, signal });
    if (tried.kind === 'broken') return { kind: 'again', reason: tried.reason, problem: undefined, waitMs: 0 };
    const called = judge(tried.answer, options);
    if (called !== 'unreadable') this.#heardAtMs = clock.now();
    if (called === 'unreadable')
      return { kind: 'again', reason: 'an answer of another kind', problem: undefined, waitMs: 0 };
    if (called.kind !== 'again') this.#noteRecovery();
    return called;
  }

  #noteTrouble(reason: string) {
    if (!this.#isInTrouble) this.#deps.note(`${this.url}: ${reason}; trying again`);
    this.#isInTrouble = true;
  }

  #noteRecovery() {
    if (this.#isInTrouble) this.#deps.note(`${this.url}: answers again`);
    this.#isInTrouble = false;
  }
}

const MIN_TRY_MS = 500;
const LONGEST_WAIT_MS = 60_000;

function judge<T>(answer: Answer, options: CallOptions<T>): Called<T> | Again | 'unreadable' {
  const { status, json } = answer;
  if (status >= 200 && status < 300) {
    const value = options.read(answer);
    return value === undefined ? 'unreadable' : { kind: 'ok', value };
  }
  const problem = readProblem(json);
  const verdict = options.judge?.(status, problem) ?? (isPassing(status, problem) ? 'again' : 'refused');
  const message = messageOf(answer, problem);
  if (verdict === 'refused') return { kind: 'refused', status, problem, message, isRepeat: false };
  return { kind: 'again', reason: message, problem, waitMs: retryAfterMs(answer) ?? 0 };
}

/** A row that the service cannot read stays as it is until it is removed. */
function isPassing(status: number, problem: Problem | undefined): boolean {
  return status === 429 || (status >= 500 && !problemKind(problem)?.startsWith('unreadable-'));
}

/** The milliseconds that `Retry-After` asks for, a minute at most; the service sends seconds alone. */
export function retryAfterMs({ headers }: Answer): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text) * 1_000, LONGEST_WAIT_MS) : undefined;
}

function messageOf({ status, headers }: Answer, problem: Problem | undefined): string {
  // The detail names the first error itself.
  if (problem !== undefined)
    return [oneLine(problem.detail), ...(problem.errors ?? []).slice(1).map(itemWords)].join(' ');
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location) return `It redirects to ${oneLine(location)}. Use that address.`;
  return `status ${status}`;
}

/** `label must be …`. */
function itemWords({ detail, pointer, parameter }: NonNullable<Problem['errors']>[number]): string {
  return oneLine(`${parameter ?? pointer?.replace(/^#\//, '') ?? ''} ${detail}.`);
}
