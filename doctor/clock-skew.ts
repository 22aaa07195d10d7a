import { type Finding, fail, ok, warn } from './check.ts';

/** How far this machine's clock was ahead of a server's when it answered (milliseconds). */
type Reading = { source: string; aheadMs: number };

/** Collects the `Date` headers of answers that other checks get anyway. */
export type DateNotes = {
  note(source: string, date: unknown): void;
  readings(): readonly Reading[];
};

const NAME = 'clock';
const WARN_MS = 60_000;
/** Huawei Cloud and AWS refuse signatures that are further off. */
export const MAX_SKEW_MS = 15 * 60_000;

export function createDateNotes(now: () => number): DateNotes {
  const readings: Reading[] = [];
  return {
    note(source, date) {
      const serverMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
      if (!Number.isNaN(serverMs)) readings.push({ source, aheadMs: now() - serverMs });
    },
    readings: () => readings,
  };
}

/** Judges this machine's clock by the answer that differs most from it; who answered nothing has a finding already. */
export function checkClock(readings: readonly Reading[]): Finding[] {
  const [worst] = readings.toSorted((a, b) => Math.abs(b.aheadMs) - Math.abs(a.aheadMs));
  if (worst === undefined) return [];
  const offMs = Math.abs(worst.aheadMs);
  const said = `${describe(worst.aheadMs)}, by ${worst.source}`;
  const fix = 'set the clock of this machine (NTP); signatures more than 15 minutes off are refused';
  if (offMs > MAX_SKEW_MS) return [fail(NAME, said, fix)];
  return [offMs > WARN_MS ? warn(NAME, said, fix) : ok(NAME, said)];
}

function describe(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (seconds === 0) return 'the clock of this machine is right';
  return `this machine is ${seconds} s ${aheadMs > 0 ? 'ahead' : 'behind'}`;
}
