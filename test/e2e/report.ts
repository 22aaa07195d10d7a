import { setTimeout as delay } from 'node:timers/promises';

/** What the test prints as it goes, and counts. */
export type Report = {
  /** Runs one step and prints how long it took. */
  step<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Counts one fact. `detail` is printed when it is not so. */
  check(fact: string, isSo: boolean, detail?: unknown): void;
  note(text: string): void;
  /** Asks until there is an answer, showing every ten seconds what is still awaited. Throws after `timeoutMs`. */
  until<T>(wait: Wait<T>): Promise<T>;
  /** `N passed, M failed`. */
  summary(): string;
  failures(): number;
};

export type Wait<T> = {
  what: string;
  timeoutMs: number;
  probe(): Promise<T | undefined>;
  /** What there is so far, for the progress line. */
  soFar?(): string;
};

const PROGRESS_MS = 10_000;
const PROBE_MS = 500;
const MAX_DETAIL = 2_000;

export function createReport(write: (line: string) => void): Report {
  const startMs = Date.now();
  let passed = 0;
  let failed = 0;
  const line = (text: string) => write(`${secondsSince(startMs).padStart(7)}  ${text}`);
  const check: Report['check'] = (fact, isSo, detail) => {
    if (isSo) passed += 1;
    else failed += 1;
    line(`  ${isSo ? 'ok  ' : 'FAIL'} ${fact}`);
    if (!isSo && detail !== undefined) write(textOf(detail));
  };
  return {
    async step(name, run) {
      const beganMs = Date.now();
      line(name);
      try {
        const result = await run();
        line(`  done in ${secondsSince(beganMs)}`);
        return result;
      } catch (error) {
        check(name, false, error);
        throw new StepFailed(name, { cause: error });
      }
    },
    check,
    note: (text) => line(`  ${text}`),
    until: (wait) => until(wait, line),
    summary: () => `${passed} passed, ${failed} failed`,
    failures: () => failed,
  };
}

/** A step that could not be done; it has been printed and counted. */
export class StepFailed extends Error {}

async function until<T>({ what, timeoutMs, probe, soFar }: Wait<T>, line: (text: string) => void): Promise<T> {
  const beganMs = Date.now();
  let shownMs = beganMs;
  while (Date.now() - beganMs < timeoutMs) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (Date.now() - shownMs >= PROGRESS_MS) {
      shownMs = Date.now();
      line(`  … ${what}, ${secondsSince(beganMs)}${soFar ? `: ${soFar()}` : ''}`);
    }
    await delay(PROBE_MS);
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} s${soFar ? `; ${soFar()}` : ''}`);
}

const secondsSince = (ms: number) => `${((Date.now() - ms) / 1000).toFixed(1)} s`;

function textOf(detail: unknown): string {
  if (detail instanceof Error) return `${detail.stack}${detail.cause ? `\n${textOf(detail.cause)}` : ''}`;
  const text = typeof detail === 'string' ? detail : (JSON.stringify(detail, undefined, 2) ?? String(detail));
  return text.length > MAX_DETAIL ? `…${text.slice(-MAX_DETAIL)}` : text;
}
