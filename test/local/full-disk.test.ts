import { describe, expect, it } from 'vitest';
import { StoreError } from '../../functions/tasks/errors.ts';
import { withoutReported } from '../../local/without-reported.ts';
import { createApi, type Reply } from '../http/support/api.ts';
import { makeFolder, openStores } from '../stores/sqlite/support.ts';
import { silentLog } from '../support/fixtures.ts';

const label = 'x'.repeat(128);
const bodyOf = (n: number) => ({ tasks: Array.from({ length: 20 }, (_, i) => ({ task_id: `t${n}-${i}`, label })) });

describe('a full disk', () => {
  it('answers 503 problems, keeps what was acknowledged, is logged once, and is over by itself', async () => {
    await using place = await makeFolder();
    const { database, pending, results, warnings, clock } = openStores(place.file, { maxPages: 40 });
    const { call, errors } = createApi({ pending, results });
    const register = (task_id: string) => call('POST', '/tasks', { body: { task_id, label } });
    const kept: string[] = [];
    const answers: Reply[] = [];
    // Small ones and large ones, until not even a small one fits any more.
    for (let n = 0; answers.filter(({ status }) => status === 503).length < 5; n++) {
      const { tasks } = (await call('POST', '/tasks/batch', { body: bodyOf(n) })).json();
      kept.push(...tasks.filter(({ status }) => String(status) === '202').map(({ task_id }) => task_id));
      answers.push(await register(`t${n}`));
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
    expect(answers.at(-1)?.json()).toMatchObject({ status: 503, title: 'Service Unavailable' });
    expect(answers.at(-1)?.headers['retry-after']).toBe('5');
    expect(kept.length).toBeGreaterThan(50);
    for (const taskId of kept) expect((await call('GET', `/tasks/${taskId}`)).status).toBe(200);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('the disk is full')]);
    expect(errors).toEqual([]);

    database.prepare('PRAGMA max_page_count = 10000').get();
    clock.nowMs += 10_000;
    expect((await register('again')).status).toBe(202);
    expect(warnings.at(-1)?.message).toContain('is written again');
    database.close();
  });

  it('is no news to the log of the service, alone or in a row of errors', () => {
    const lines: string[] = [];
    const log = withoutReported({ ...silentLog, error: (message) => lines.push(message) });
    const reported = new StoreError('full', { isReported: true });
    log.error('a', { error: reported });
    log.error('b', { error: new AggregateError([reported, reported]) });
    log.error('c', { error: new AggregateError([reported, new Error('other')]) });
    log.error('d', { error: new StoreError('other') });
    log.error('e');
    expect(lines).toEqual(['c', 'd', 'e']);
  });
});
