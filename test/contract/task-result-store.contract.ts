import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../functions/names.ts';
import { InvalidCursorError } from '../../functions/tasks/cursor.ts';
import { UnreadableTaskError } from '../../functions/tasks/errors.ts';
import { matchesResult, type ResultFilter } from '../../functions/tasks/filter.ts';
import type { TaskResultStore } from '../../functions/tasks/ports.ts';
import type { ParsedResult, TaskResult } from '../../functions/tasks/result.ts';
import { type StartBackend, useBackend } from './backend.ts';
import { aResult, longId, NOW_MS } from './samples.ts';

/** What every `TaskResultStore` does. A table of DynamoDB keeps `numbers` up to 1E±125 and no unnamed members. */
export function describeTaskResultStore(name: string, start: StartBackend, keeps: 'numbers' | 'JSON'): void {
  describe(`TaskResultStore on ${name}`, () => {
    const stores = useBackend(start);

    it('stores a result and gives it back as it was', async () => {
      const { results } = await stores();
      const error = { code: 'APIG.3201', message: 'taken', requestId: 'r1', httpStatus: 400 };
      const result = aResult({
        label: 'nightly',
        context: { run_url: 'https://ci.example.com/1' },
        groupName: 'orders',
        watch: 3,
        isFirstSuccess: true as const,
        callbackUrl: 'https://example.com/hook',
        registeredBy: 'ci',
        isCallbackDefault: true,
        error,
      });
      expect(await results.put(result)).toEqual({ kind: 'stored' });
      expect(await results.get(result.taskId)).toEqual(result);
    });

    it('lists who registered a task', async () => {
      const { results } = await stores();
      await results.put(aResult({ registeredBy: 'ci' }));
      expect((await results.list({}, { limit: 1 })).items).toMatchObject([{ registeredBy: 'ci' }]);
    });

    it.each<ParsedResult>([
      { kind: 'none' },
      { kind: 'failure', error_code: 'APIG.1', error_msg: '' },
      { kind: 'raw', raw: 'not JSON', reason: 'it is not JSON' },
      { kind: 'export', file_name: 'a', file: { location: 't/a', media_type: 'm', size_bytes: 1, sha256: 's' } },
      { kind: 'stored', kind_stored: 'import', file: { location: 't/r', media_type: 'm', size_bytes: 1, sha256: 's' } },
      {
        kind: 'import',
        success: [],
        failure: [],
        extra: {
          text: 'Grüße 😀',
          no: false,
          nil: null,
          list: [1, -0.5, 1e21, [], {}],
          deep: { x: { 'a.b': [], '#:/': '' } },
        },
      },
    ])('keeps a result of kind $kind', async (parsed) => {
      const { results } = await stores();
      await results.put(aResult({ result: parsed }));
      expect((await results.get(aResult().taskId))?.result).toEqual(parsed);
    });

    it('keeps as text what it has no form for', async () => {
      const { results } = await stores();
      const nested = JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`);
      const proto = JSON.parse('{"a":{"__proto__":1}}');
      const extra = {
        huge: 1e300,
        tiny: 1e-300,
        nested,
        half: 'a\ud800',
        unnamed: { '': 1 },
        odd: { '\udc00': 1 },
        proto,
      };
      await results.put(aResult({ result: { kind: 'import', success: [], failure: [], extra } }));
      const stored = (await results.get(aResult().taskId))?.result;
      const asText = {
        huge: '1e+300',
        tiny: '1e-300',
        unnamed: '{"":1}',
        odd: '{"\\udc00":1}',
        proto: { a: '{"__proto__":1}' },
      };
      const asJson = { huge: 1e300, tiny: 1e-300, unnamed: { '': 1 }, odd: { '\ufffd': 1 }, proto };
      expect(stored).toMatchObject({ extra: { half: 'a\ufffd', ...(keeps === 'JSON' ? asJson : asText) } });
      expect(JSON.stringify(stored)).toContain('[[[[[[');
    });

    it('leaves an existing result as it is and returns it', async () => {
      const { results } = await stores();
      await results.put(aResult({ outcome: 'succeeded' }));
      const second = await results.put(aResult({ outcome: 'failed' }));
      expect(second).toEqual({ kind: 'exists', result: aResult({ outcome: 'succeeded' }) });
    });

    it('lets exactly one of many simultaneous puts win', async () => {
      const { results } = await stores();
      const answers = await Promise.all(Array.from({ length: 10 }, (_, polls) => results.put(aResult({ polls }))));
      const winner = answers.findIndex((answer) => answer.kind === 'stored');
      const losers = answers.filter((answer) => answer.kind === 'exists');
      expect(losers).toHaveLength(9);
      expect(new Set(losers.map((answer) => answer.result.polls))).toEqual(new Set([winner]));
    });

    it('treats an expired row as absent, and lets a new result take its place', async () => {
      const { results, clock } = await stores();
      const expiresAtS = NOW_MS / 1000 + 60;
      await results.put(aResult({ expiresAtS }));
      clock.nowMs += 59_000;
      expect(await results.get(aResult().taskId)).toBeDefined();
      clock.nowMs += 1_000;
      expect(await results.get(aResult().taskId)).toBeUndefined();
      expect(await results.list({}, { limit: 10 })).toEqual({ items: [] });
      expect(await results.put(aResult({ outcome: 'failed' }))).toEqual({ kind: 'stored' });
      expect((await results.get(aResult().taskId))?.outcome).toBe('failed');
    });

    it('removes the end that it is given, once', async () => {
      const { results } = await stores();
      const end = aResult({ outcome: 'expired' });
      await results.put(end);
      expect(await results.remove(end)).toBe(true);
      expect(await results.get(end.taskId)).toBeUndefined();
      expect(await results.list({}, { limit: 10 })).toEqual({ items: [] });
      expect(await results.remove(end)).toBe(false);
      expect(await results.put(aResult({ outcome: 'succeeded' }))).toEqual({ kind: 'stored' });
    });

    it('keeps another outcome, and the same one at another time, from being removed', async () => {
      const { results } = await stores();
      const end = aResult({ outcome: 'expired' });
      await results.put(end);
      expect(await results.remove({ ...end, outcome: 'not_found' })).toBe(false);
      expect(await results.remove({ ...end, completedAtMs: end.completedAtMs - 1 })).toBe(false);
      expect(await results.get(end.taskId)).toEqual(end);
    });

    it('lists newest first, without results, and says when that is all', async () => {
      const { results } = await stores();
      const context = { run_url: 'https://ci.example.com/1' };
      await putSome(results, 3, () => ({ context, watch: 2 }));
      const page = await results.list({}, { limit: 3 });
      expect(page.items.map((item) => item.taskId)).toEqual([longId('2-'), longId('1-'), longId('0-')]);
      expect(page.items[0]).toEqual({ ...some(2), context, watch: 2, result: { kind: 'none' } });
      expect(page.nextCursor).toBeUndefined();
    });

    it.each([1, 2, 5, 24, 25])('pages through everything once, %i at a time, ties included', async (limit) => {
      const { results } = await stores();
      await putSome(results, 25, (i) => ({ completedAtMs: NOW_MS + Math.floor(i / 5) }));
      const pages = await allPages(results, {}, limit);
      const ids = pages.flatMap((page) => page.map((item) => item.taskId));
      expect(ids.toSorted()).toEqual(Array.from({ length: 25 }, (_, i) => longId(`${i}-`)).sort());
      expect(pages.map((page) => page.length)).toEqual(chunkSizes(25, limit));
      const times = pages.flat().map((item) => item.completedAtMs);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    });

    it('filters by everything that a listing can be asked for, alone and together', async () => {
      const { results } = await stores();
      const pick = <T>(i: number, ...values: T[]) => values[i % values.length] as T;
      const made = (i: number): Partial<TaskResult> => ({
        outcome: pick<Outcome>(i, 'succeeded', 'failed', 'expired'),
        instanceId: pick(i, 'even', 'odd'),
        profile: pick(i, 'other', 'default', 'default', 'default', 'default'),
        taskType: pick(i, 'export_api', 'import_api'),
        summary: pick<TaskResult['summary']>(i, { group_id: 'g1' }, {}, {}, {}, {}, {}, {}),
        ...(i < 10 && { label: `orders ${i}` }),
      });
      await putSome(results, 30, made);
      const all = (await allPages(results, {}, 30)).flat();
      const filters: ResultFilter[] = [
        { outcomes: ['failed'] },
        { outcomes: ['failed', 'expired'] },
        { instanceId: 'odd' },
        { profile: 'other' },
        { taskType: 'export_api' },
        { groupId: 'g1' },
        { label: 'orders 3' },
        { label: 'orders*' },
        { label: '*' },
        { label: 'unknown' },
        { sinceMs: all[10]?.completedAtMs ?? 0 },
        { outcomes: ['succeeded'], instanceId: 'even', label: 'ord*', sinceMs: all[29]?.completedAtMs ?? 0 },
      ];
      for (const filter of filters) {
        const found = (await allPages(results, filter, 4)).flat().map(({ taskId }) => taskId);
        const wanted = all.filter((result) => matchesResult(result, filter)).map(({ taskId }) => taskId);
        expect([filter, found]).toEqual([filter, wanted]);
      }
      const count = async (filter: ResultFilter) => (await allPages(results, filter, 4)).flat().length;
      expect(await count({ outcomes: ['failed'] })).toBe(10);
      expect(await count({ label: 'orders*' })).toBe(10);
      expect(await count({ groupId: 'g1' })).toBe(5);
      expect(await count({ sinceMs: all[10]?.completedAtMs ?? 0 })).toBe(11);
    });

    it('fills its pages past expired results', async () => {
      const { results, clock } = await stores();
      await putSome(results, 20, (i) => (i % 4 ? { expiresAtS: NOW_MS / 1000 + 1 } : {}));
      clock.nowMs += 2_000;
      const pages = await allPages(results, {}, 2);
      const ids = [16, 12, 8, 4, 0].map((i) => longId(`${i}-`));
      expect(pages.map((page) => page.map((item) => item.taskId))).toEqual([
        ids.slice(0, 2),
        ids.slice(2, 4),
        ids.slice(4),
      ]);
    });

    it('finds a rare result behind a thousand others', async () => {
      const { results } = await stores();
      await putSome(results, 1_050, (i) => (i < 2 ? { label: 'rare' } : {}));
      const page = await results.list({ label: 'rare' }, { limit: 5 });
      expect(page.items.map((item) => item.taskId)).toEqual([longId('1-'), longId('0-')]);
      expect(page.nextCursor).toBeUndefined();
    });

    it.each(['', 'x', '%%%', Buffer.from('[1]').toString('base64url'), Buffer.from('[-1,"a"]').toString('base64url')])(
      'refuses the cursor %j with an error of its own type',
      async (cursor) => {
        const { results } = await stores();
        await expect(results.list({}, { limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
      },
    );

    it('skips a malformed row in a listing, and keeps a malformed result as raw', async () => {
      const { results, addOddRows, warnings } = await stores();
      await results.put(aResult());
      await addOddRows();
      expect((await results.list({}, { limit: 10 })).items).toHaveLength(1);
      expect(warnings[0]?.fields).toMatchObject({ task_id: 'odd', reason: expect.any(String) });
      await results.list({}, { limit: 10 });
      expect(warnings).toHaveLength(1);

      await results.put(aResult({ taskId: 'edited', result: { kind: 'import' } as unknown as ParsedResult }));
      expect((await results.get('edited'))?.result).toEqual({
        kind: 'raw',
        raw: '{"kind":"import"}',
        reason: 'The stored result is malformed',
      });
    });

    it('refuses to answer with a malformed row, replaces it by a new result, and deletes it on request', async () => {
      const { results, addOddRows } = await stores();
      await addOddRows();
      await expect(results.get('odd')).rejects.toMatchObject({ taskId: 'odd', holds: 'result' });
      await expect(results.get('odd')).rejects.toThrow(UnreadableTaskError);
      await results
        .recordDeliveries('odd', [{ channel: 'ops', status: 'delivered', at: '2026-11-24T12:00:00.000Z', attempts: 1 }])
        .catch(() => {});
      await expect(results.get('odd')).rejects.toThrow(UnreadableTaskError);
      expect(await results.put(aResult({ taskId: 'odd' }))).toEqual({ kind: 'stored' });
      expect(await results.get('odd')).toEqual(aResult({ taskId: 'odd' }));
      expect(await results.removeUnreadable('odd')).toBe(false);
      expect(await results.removeUnreadable('nobody')).toBe(false);

      const fresh = await stores();
      await fresh.addOddRows();
      expect(await fresh.results.removeUnreadable('odd')).toBe(true);
      expect(await fresh.results.get('odd')).toBeUndefined();
    });
  });
}

function some(i: number): TaskResult {
  return aResult({ taskId: longId(`${i}-`), completedAtMs: NOW_MS + i });
}

async function putSome(results: TaskResultStore, count: number, vary: (i: number) => Partial<TaskResult> = () => ({})) {
  const all = Array.from({ length: count }, (_, i) => ({ ...some(i), ...vary(i) }));
  await Promise.all(all.map((result) => results.put(result)));
}

async function allPages(results: TaskResultStore, filter: ResultFilter, limit: number): Promise<TaskResult[][]> {
  const pages: TaskResult[][] = [];
  let cursor: string | undefined;
  do {
    const page = await results.list(filter, { limit, ...(cursor !== undefined && { cursor }) });
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

function chunkSizes(total: number, size: number): number[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min(size, total - i * size));
}
