import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawDurations } from '../../bench/schedule/durations.ts';
import { replay } from '../../bench/schedule/replay.ts';
import { ourWaiter } from '../../bench/schedule/waiters.ts';
import { DEFAULT_REQUESTS_PER_SECOND, POLLS_SHARE } from '../../functions/polling/create-poller.ts';
import { countPolls, DEFAULT_SCHEDULE, nextPollAt } from '../../functions/schedule/schedule.ts';
import { PRICES } from '../../generate/monthly-cost.ts';

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
const pages = { performance: read('performance.md'), operations: read('operations.md') };

const POLLS_A_DAY = DEFAULT_REQUESTS_PER_SECOND * POLLS_SHARE * 86_400;

/** The mean over ids, whose points differ by their phase. */
function pollsOf(durationMs: number): number {
  const tasks = Array.from({ length: 4_000 }, (_, i) => ({ taskId: `task-${i}`, registeredAtMs: 0 }));
  const ends = tasks.map((task) =>
    countPolls(task, nextPollAt(task, durationMs - 1, DEFAULT_SCHEDULE), DEFAULT_SCHEDULE),
  );
  return ends.reduce((sum, polls) => sum + polls, 0) / ends.length;
}

/** `138,000`: three figures, as the pages have them. */
function rounded(value: number): string {
  const scale = 10 ** (Math.floor(Math.log10(value)) - 2);
  return (Math.round(value / scale) * scale).toLocaleString('en-US');
}

const perDay = (seconds: number) => rounded(POLLS_A_DAY / pollsOf(seconds * 1_000));

describe('what one profile carries', () => {
  it('is derived from the schedule and the rate, in docs/performance.md', () => {
    expect(pages.performance).toContain(
      `${perDay(8)} tasks of 8 seconds a day, ${perDay(20)} of 20 seconds, or ${perDay(180)} of 3 minutes`,
    );
    const { polls } = replay(ourWaiter(DEFAULT_SCHEDULE), drawDurations(100_000, 1));
    expect(pages.performance).toContain(`of the durations above, ${rounded(POLLS_A_DAY / polls)}`);
  });

  it('is the same in docs/operations.md', () => {
    const said = `a task of eight seconds is polled ${Math.round(pollsOf(8_000))} times, one of three minutes ${Math.round(pollsOf(180_000))} times: a profile carries ${perDay(8)} a day of the one, ${perDay(180)} of the other`;
    expect(pages.operations).toContain(said);
    const burstS = (tasks: number) => (tasks - 1) / (DEFAULT_REQUESTS_PER_SECOND * POLLS_SHARE);
    expect(pages.operations).toContain(
      `A burst of 20 tasks takes ${burstS(20).toFixed(1)} s, one of 1,000 takes ${Math.round(burstS(1_000))} s.`,
    );
  });
});

describe('ten million pending tasks', () => {
  const TASKS = 10_000_000;
  const MONTH_S = 30 * 86_400;
  const ROWS = 100_000;
  const row = (what: string) => new RegExp(`^\\| ${what}[^|]*\\| (.*) \\|$`, 'm').exec(pages.performance)?.[1] ?? '';
  const usd = (perSecond: number) => rounded(perSecond * MONTH_S);

  it('are reckoned from the schedule, the rates and the prices', () => {
    const polls = TASKS / (DEFAULT_SCHEDULE.maxIntervalMs / 1_000);
    expect(row('polls a second')).toBe(rounded(polls));
    const profiles = polls / (DEFAULT_REQUESTS_PER_SECOND * POLLS_SHARE);
    expect(row('profiles')).toBe(`**${rounded(profiles)}**`);
    expect(row('secret of')).toContain(`${Math.ceil(profiles / 400)} deployments`);
    const shards = TASKS / ROWS;
    expect(row('shards of')).toBe(String(shards));
    const scanS = (ROWS * 5e-6) / 0.14;
    const everyS = ROWS / 2_000;
    expect(pages.performance).toContain(
      `100,000 rows take ${scanS.toFixed(1)} s and are read every ${everyS.toFixed(0)} s`,
    );
    const units = (TASKS * 250) / 8_192 / everyS;
    expect(row('read units')).toBe(`${rounded(units)}: $${usd(units * PRICES.dynamoReadUnit)} a month`);
    expect(row('Lambda of')).toBe(`$${usd(shards * 0.25 * PRICES.lambdaGbSecond)} a month`);
    expect(row('an index by due time instead')).toBe(`$${usd(polls * 3 * PRICES.dynamoWriteUnit)} a month`);
  });
});
