import { expect, it } from 'vitest';
import { runEnd } from '../../functions/polling/run-end.ts';

const START_MS = 1_000_000_000;

it.each([
  ['ends with its minute, so that two runs never add up their rates', 200, 90_000, 60_000],
  ['has half a minute where it was called late', 50_000, 90_000, 80_000],
  ['keeps 15 s of its time for what is under way', 200, 40_000, 25_200],
])('a run %s', (_, lateMs, remainingMs, endMs) => {
  expect(runEnd({ startMs: START_MS, nowMs: START_MS + lateMs, remainingMs })).toBe(START_MS + endMs);
});
