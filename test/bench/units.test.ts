import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monthlyCost } from '../../bench/units/cost.ts';
import { putRows, scanOnce } from '../../bench/units/scan.ts';
import { aTask, longId } from '../contract/samples.ts';
import { type Dynalite, LOCAL_TABLES, startDynalite } from '../support/dynalite.ts';

describe('what a sweep reads', () => {
  let database: Dynalite;
  beforeAll(async () => {
    database = await startDynalite();
  });
  afterAll(() => database.close());

  it('costs within a tenth of its bytes ÷ 8 KB, and nothing else is in the table', async () => {
    const tasks = Array.from({ length: 2_000 }, (_, i) => aTask({ taskId: longId(`${i}-`) }));
    await putRows(database.client, LOCAL_TABLES.pending, tasks);
    const { rows, units, leastUnits } = await scanOnce(database.client, LOCAL_TABLES.pending);
    expect(rows).toBe(2_000);
    expect(units).toBeLessThanOrEqual(leastUnits * 1.1);
  });
});

describe('the monthly cost', () => {
  const load = { watchedS: 60, rowBytes: 210, polls: 7 };

  it('is the writes of every task where few are pending', () => {
    const perTask = monthlyCost({ ...load, tasksPerDay: 100_000 }, 4, 'due rows');
    expect(perTask).toBeGreaterThan(100_000 * 30 * 4 * 0.625e-6);
    expect(perTask).toBeLessThan(100_000 * 30 * 4 * 0.625e-6 + 0.5);
  });

  it('grows with the rows that a sweep has to read', () => {
    const long = { ...load, watchedS: 86_400, tasksPerDay: 100_000 };
    expect(monthlyCost(long, 4, 'all pending rows')).toBeGreaterThan(100 * monthlyCost(long, 0, 'due rows'));
  });
});
