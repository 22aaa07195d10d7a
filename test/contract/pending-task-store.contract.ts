import { describe, expect, it } from 'vitest';
import { StoreError, UnreadableTaskError } from '../../functions/tasks/errors.ts';
import { drain, type StartBackend, useBackend } from './backend.ts';
import { aTask, longId } from './samples.ts';

const WHOLE_TABLE = { segment: 0, totalSegments: 1 };
const HEARD = { status: 'processing', taskType: 'import_api', heardAtMs: Date.UTC(2026, 10, 24, 12) };

/** What every `PendingTaskStore` does. */
export function describePendingTaskStore(name: string, start: StartBackend): void {
  describe(`PendingTaskStore on ${name}`, () => {
    const stores = useBackend(start);

    it('registers a task and gives it back as it was', async () => {
      const { pending } = await stores();
      const lastError = { code: 'APIG.9999', message: 'System error', requestId: 'r1', httpStatus: 500 };
      const task = aTask({
        label: 'nightly',
        context: { run_url: 'https://ci.example.com/1', commit: 'f3c9' },
        groupName: 'orders',
        watch: 2,
        callbackUrl: 'https://example.com/hook',
        registeredBy: 'ci',
        lastError,
      });
      expect(await pending.register(task)).toEqual({ kind: 'created' });
      expect(await pending.get(task.taskId)).toEqual(task);
    });

    it('leaves an existing row as it is and returns it', async () => {
      const { pending } = await stores();
      await pending.register(aTask({ label: 'first' }));
      const second = await pending.register(aTask({ label: 'second' }));
      expect(second).toEqual({ kind: 'exists', task: aTask({ label: 'first' }) });
      expect(await pending.get(aTask().taskId)).toEqual(aTask({ label: 'first' }));
    });

    it('lets exactly one of many simultaneous registrations win', async () => {
      const { pending, otherPending } = await stores();
      const attempts = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? pending : otherPending).register(aTask({ label: `attempt-${i}` })),
      );
      const answers = await Promise.all(attempts);
      const winner = answers.findIndex((answer) => answer.kind === 'created');
      const losers = answers.filter((answer) => answer.kind === 'exists');
      expect(losers).toHaveLength(9);
      expect(new Set(losers.map((answer) => answer.task.label))).toEqual(new Set([`attempt-${winner}`]));
    });

    it('knows nothing of a task that was never registered', async () => {
      const { pending } = await stores();
      expect(await pending.get('unknown')).toBeUndefined();
      expect(await pending.remove('unknown')).toBe(false);
    });

    it('removes a task once', async () => {
      const { pending } = await stores();
      await pending.register(aTask());
      expect(await pending.remove(aTask().taskId)).toBe(true);
      expect(await pending.remove(aTask().taskId)).toBe(false);
      expect(await pending.get(aTask().taskId)).toBeUndefined();
    });

    it('remembers what Huawei said in this process only, until the task is removed', async () => {
      const { pending, otherPending } = await stores();
      await pending.register(aTask());
      pending.noteHeard(aTask().taskId, { ...HEARD, status: 'waiting' });
      pending.noteHeard(aTask().taskId, { ...HEARD, status: 'waiting', heardAtMs: HEARD.heardAtMs + 1 });
      const now = { ...HEARD, heardAtMs: HEARD.heardAtMs + 2 };
      pending.noteHeard(aTask().taskId, now);
      const answers = [
        { taskStatus: 'waiting', atMs: HEARD.heardAtMs },
        { taskStatus: HEARD.status, atMs: now.heardAtMs },
      ];
      const heard = aTask({ ...now, answers });
      expect(await pending.get(aTask().taskId)).toEqual(heard);
      expect(await drain(pending.scan(WHOLE_TABLE))).toEqual([[heard]]);
      expect(await otherPending.get(aTask().taskId)).toEqual(aTask());
      await pending.remove(aTask().taskId);
      await pending.register(aTask());
      expect(await pending.get(aTask().taskId)).toEqual(aTask());
    });

    it('keeps the last error, and clears it', async () => {
      const { pending } = await stores();
      const error = { code: 'APIG.9999', message: 'System error', requestId: 'r1', httpStatus: 500 };
      await pending.register(aTask());
      await pending.recordError(aTask().taskId, error);
      expect(await pending.get(aTask().taskId)).toEqual(aTask({ lastError: error }));
      await pending.recordError(aTask().taskId, { code: 'TIMEOUT', message: 'No answer' });
      expect((await pending.get(aTask().taskId))?.lastError).toEqual({ code: 'TIMEOUT', message: 'No answer' });
      await pending.recordError(aTask().taskId, undefined);
      expect(await pending.get(aTask().taskId)).toEqual(aTask());
    });

    it('does not write the same error again', async () => {
      const { pending, otherPending } = await stores();
      await pending.register(aTask());
      await pending.recordError(aTask().taskId, { code: 'C', message: 'm', requestId: 'first' });
      await otherPending.recordError(aTask().taskId, { code: 'C', message: 'm', requestId: 'second' });
      expect((await pending.get(aTask().taskId))?.lastError?.requestId).toBe('first');
      await otherPending.recordError(aTask().taskId, { code: 'C', message: 'other', requestId: 'third' });
      expect((await pending.get(aTask().taskId))?.lastError?.requestId).toBe('third');
    });

    it('does not write an error or its absence to a row that is gone', async () => {
      const { pending } = await stores();
      await pending.recordError('gone', { code: 'C', message: 'm' });
      await pending.recordError('gone', undefined);
      expect(await pending.get('gone')).toBeUndefined();
    });

    it('cuts the texts of a long error, so that rows stay small', async () => {
      const { pending } = await stores();
      await pending.register(aTask());
      const error = { code: 'C'.repeat(450_000), message: '😀'.repeat(5_000), requestId: 'r'.repeat(450_000) };
      await pending.recordError(aTask().taskId, error);
      expect((await pending.get(aTask().taskId))?.lastError).toEqual({
        code: `${'C'.repeat(63)}…`,
        message: `${'😀'.repeat(249)}…`,
        requestId: `${'r'.repeat(63)}…`,
      });
    });

    it('keeps an error with half a surrogate pair as text that every client can read', async () => {
      const { pending } = await stores();
      await pending.register(aTask());
      await pending.recordError(aTask().taskId, { code: 'C\ud83d', message: '\ude00 m' });
      expect((await pending.get(aTask().taskId))?.lastError).toEqual({ code: 'C\uFFFD', message: '\uFFFD m' });
    });

    it('scans nothing in an empty table', async () => {
      const { pending } = await stores();
      expect((await drain(pending.scan(WHOLE_TABLE))).flat()).toEqual([]);
    });

    it('divides the table among segments: every task in one of them, none in two', async () => {
      const { pending } = await stores();
      const ids = Array.from({ length: 120 }, (_, i) => longId(`task-${i}-`));
      await Promise.all(ids.map((taskId) => pending.register(aTask({ taskId }))));
      const segments = await Promise.all(
        [0, 1, 2, 3].map((segment) => drain(pending.scan({ segment, totalSegments: 4 }))),
      );
      const found = segments.map((pages) => pages.flat().map((task) => task.taskId));
      expect(found.flat().sort()).toEqual(ids.sort());
      expect(found.filter((segment) => segment.length > 0).length).toBeGreaterThan(1);
    });

    it('scans more than a megabyte in several pages, each task once', async () => {
      const { pending } = await stores();
      const ids = Array.from({ length: 90 }, (_, i) => longId(`task-${i}-`));
      const label = 'x'.repeat(20_000);
      await Promise.all(ids.map((taskId) => pending.register(aTask({ taskId, label }))));
      const pages = await drain(pending.scan(WHOLE_TABLE));
      expect(pages.length).toBeGreaterThan(1);
      expect(
        pages
          .flat()
          .map((task) => task.taskId)
          .sort(),
      ).toEqual(ids.sort());
    });

    it('skips a malformed row with a reason, and refuses to answer with it', async () => {
      const { pending, addOddRows, warnings, unreadableRows } = await stores();
      await pending.register(aTask());
      await addOddRows();
      expect((await drain(pending.scan(WHOLE_TABLE))).flat()).toEqual([aTask()]);
      expect(warnings.map(({ fields }) => fields)).toEqual([
        { table: expect.any(String), task_id: 'odd', reason: expect.any(String) },
      ]);
      const { table, reason } = warnings[0]?.fields ?? {};
      await drain(pending.scan(WHOLE_TABLE));
      if (unreadableRows) expect(unreadableRows()).toBe(2);
      expect(warnings).toHaveLength(1);
      const refused = await pending.get('odd').catch((thrown: unknown) => thrown);
      expect(refused).toBeInstanceOf(UnreadableTaskError);
      const message = `Row odd of table ${table} cannot be read: ${reason}`;
      expect(refused).toMatchObject({ message, taskId: 'odd', reason, holds: 'task' });
      await expect(pending.register(aTask({ taskId: 'odd' }))).rejects.toThrow('cannot be read');
      expect(await pending.remove('odd')).toBe(true);
      await expect(pending.register(aTask({ taskId: 'odd' }))).resolves.toEqual({ kind: 'created' });
    });

    it('reports what the table cannot do as a StoreError with its cause', async () => {
      const { pending } = await (await stores()).withoutTables();
      const error = await pending.get('any').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ cause: expect.any(Error) });
      await expect(pending.register(aTask())).rejects.toThrow(StoreError);
    });
  });
}
