import type { Outcome } from '../functions/names.ts';
import type { FinalTask, PendingTask } from './answers.ts';

/** Exit codes of the client. Scripts test them, so they never change: see docs/client.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage, or a start that the service or Huawei Cloud refuses. */
  refused: 2,
  partial: 3,
  /** Expired, not found or rejected: how the task went is not known. */
  unwatched: 4,
  /** `--timeout` passed; the tasks go on. */
  timeout: 5,
  /** No answer from the service, or it refuses the key: nothing is known. */
  unreachable: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How waiting for one task ended. */
export type TaskEnd =
  | { kind: 'final'; task: FinalTask }
  /** The service no longer watches it, because that was stopped. */
  | { kind: 'forgotten'; taskId: string }
  | { kind: 'timeout'; task: PendingTask }
  /** `reason` is for people, in whole sentences. */
  | { kind: 'unreachable'; taskId: string; reason: string };

/** Of several tasks the first that applies. */
const PRECEDENCE: readonly ExitCode[] = [EXIT.unreachable, EXIT.failed, EXIT.unwatched, EXIT.partial, EXIT.timeout];

const BY_OUTCOME: Record<Outcome, ExitCode> = {
  succeeded: EXIT.done,
  partially_succeeded: EXIT.partial,
  failed: EXIT.failed,
  expired: EXIT.unwatched,
  not_found: EXIT.unwatched,
  rejected: EXIT.unwatched,
};

/** The exit code of a wait. Never 0 when nothing was watched. */
export function exitCodeOf(ends: readonly TaskEnd[], { allowPartial }: { allowPartial: boolean }): ExitCode {
  if (ends.length === 0) return EXIT.refused;
  const codes = ends.map((end) => codeOf(end, allowPartial));
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.done;
}

function codeOf(end: TaskEnd, allowPartial: boolean): ExitCode {
  switch (end.kind) {
    case 'unreachable':
      return EXIT.unreachable;
    case 'forgotten':
      return EXIT.unwatched;
    case 'timeout':
      return EXIT.timeout;
    case 'final':
      return allowPartial && end.task.outcome === 'partially_succeeded' ? EXIT.done : BY_OUTCOME[end.task.outcome];
  }
}

/** Ends a command with a message and an exit code; without a stack, because the reader can act on the message. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly code: ExitCode;
  /** The service's problem document, for `--json`. */
  readonly problem: object | undefined;
  constructor(code: ExitCode, message: string, problem?: object) {
    super(message);
    this.code = code;
    this.problem = problem;
  }
}

/** What the person who typed the command has to change. */
export const wrongUsage = (message: string): Stop => new Stop(EXIT.refused, message);
