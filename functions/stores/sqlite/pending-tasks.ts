import { crc32 } from 'node:zlib';
import QuickLru from 'quick-lru';
import type { Log, PendingTaskStore, Segment } from '../../tasks/ports.ts';
import { boundError, type Heard, hearMore, type PendingTask, type TaskError } from '../../tasks/task.ts';
import { logOnce } from '../log-once.ts';
import type { SqliteDatabase } from './database.ts';
import { checksumOf, type RowRead, readStoredJson, requireRow, toStoredJson } from './schema.ts';

type Row = { task_id: string; body: string; checksum: number };

/** Tasks whose last answer is remembered in the process; some MB at most. */
const REMEMBERED_TASKS = 50_000;
/** A page of a scan ends at whichever comes first. */
const PAGE_CHARACTERS = 1_048_576;
const PAGE_ROWS = 1_000;

/** Time that passed at once (epoch milliseconds), with some grace at its end. */
type Gap = { fromMs: number; untilMs: number };

export type SqlitePendingTasks = PendingTaskStore & {
  asOfNow(task: PendingTask): PendingTask;
  /**
   * Moves the deadlines that were passed after `fromMs` to `untilMs`: at once for who reads them, and durably when it
   * resolves to the number of tasks.
   */
  extendDeadlines(gap: Gap): Promise<number>;
};

/** `PendingTasks` in SQLite: one row per task, its body as JSON. */
export function createSqlitePendingTasks(database: SqliteDatabase, allLines: Pick<Log, 'warn'>): SqlitePendingTasks {
  const log = logOnce(allLines);
  const heard = new QuickLru<string, Heard>({ maxSize: REMEMBERED_TASKS });
  const rows = prepareRows(database);
  let gaps: Gap[] = [];
  const asOfNow = (task: PendingTask) => gaps.reduce(extended, task);
  const withHeard = (task: PendingTask) => Object.assign(asOfNow(task), heard.get(task.taskId));
  const get = (taskId: string) => {
    const row = database.read(() => rows.get(taskId));
    return row && withHeard(requireRow(readPending(row), { table: 'pending', taskId, holds: 'task' }));
  };

  return {
    get: async (taskId) => get(taskId),
    register: (task) =>
      database.write(() => {
        if (rows.insert(toStoredTask(task))) return { kind: 'created' };
        // In the same transaction, so that the row cannot be gone.
        return { kind: 'exists', task: get(task.taskId) as PendingTask };
      }),

    async *scan(segment) {
      let after: string | undefined = '';
      while (after !== undefined) {
        const page: ScannedPage = database.read(() => readPage(rows.after(after as string), { segment, log }));
        after = page.next;
        if (page.tasks.length > 0) yield page.tasks.map(withHeard);
      }
    },

    recordError: (taskId, error) =>
      database.write(() => {
        const row = rows.get(taskId);
        const read = row && readPending(row);
        if (!read?.ok || isSame(read.value.lastError, error && boundError(error))) return;
        const { lastError: _, ...rest } = read.value;
        rows.replace(toStoredTask(error ? { ...rest, lastError: error } : rest));
      }),

    asOfNow,
    extendDeadlines(gap) {
      gaps = [...gaps.filter(({ untilMs }) => untilMs > gap.fromMs), gap];
      return database.write(() => {
        const tasks = rows.all().flatMap((row) => {
          const read = readPending(row);
          return read.ok && isIn(gap, read.value) ? [read.value] : [];
        });
        for (const task of tasks) rows.replace(toStoredTask(extended(task, gap)));
        return tasks.length;
      });
    },

    noteHeard(taskId, answer) {
      heard.set(taskId, hearMore(heard.get(taskId), answer));
    },

    remove: (taskId) =>
      database.write(() => {
        heard.delete(taskId);
        return rows.remove(taskId);
      }),
  };
}

function prepareRows(database: SqliteDatabase) {
  const select = database.prepare('SELECT * FROM pending WHERE task_id = ?');
  const next = database.prepare(`SELECT * FROM pending WHERE task_id > ? ORDER BY task_id LIMIT ${PAGE_ROWS}`);
  const all = database.prepare('SELECT * FROM pending');
  const insert = database.prepare('INSERT INTO pending VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const update = database.prepare('UPDATE pending SET body = ?, checksum = ? WHERE task_id = ?');
  const remove = database.prepare('DELETE FROM pending WHERE task_id = ?');
  return {
    get: (taskId: string) => select.get(taskId) as Row | undefined,
    all: () => all.all() as Row[],
    after: (taskId: string) => next.iterate(taskId) as unknown as Iterable<Row>,
    insert: ({ taskId, body }: Stored) => insert.run(taskId, body, checksumOf(taskId, body)).changes === 1,
    replace: ({ taskId, body }: Stored) => void update.run(body, checksumOf(taskId, body), taskId),
    remove: (taskId: string) => remove.run(taskId).changes === 1,
  };
}

/** What was registered after the gap has a deadline by the time after it. */
function isIn({ fromMs, untilMs }: Gap, { registeredAtMs, deadlineAtMs }: PendingTask): boolean {
  return registeredAtMs <= fromMs && deadlineAtMs > fromMs && deadlineAtMs < untilMs;
}

function extended(task: PendingTask, gap: Gap): PendingTask {
  return isIn(gap, task) ? { ...task, deadlineAtMs: gap.untilMs } : task;
}

type Stored = { taskId: string; body: string };

/** What was heard of it is left out: it changes with each poll and is worth no write. */
function toStoredTask({ status: _s, taskType: _t, heardAtMs: _h, answers: _a, ...task }: PendingTask): Stored {
  const lastError = task.lastError && boundError(task.lastError);
  return { taskId: task.taskId, body: toStoredJson({ ...task, ...(lastError && { lastError }) }) };
}

function readPending({ task_id, body, checksum }: Row): RowRead<PendingTask> {
  return readStoredJson(body, checksumOf(task_id, body) === checksum);
}

type ScannedPage = { tasks: PendingTask[]; next: string | undefined };

function readPage(rows: Iterable<Row>, { segment, log }: { segment: Segment; log: Pick<Log, 'warn'> }): ScannedPage {
  const tasks: PendingTask[] = [];
  let characters = 0;
  let last: string | undefined;
  let count = 0;
  for (const row of rows) {
    last = row.task_id;
    count += 1;
    characters += row.body.length;
    if (isOf(segment, row.task_id)) {
      const read = readPending(row);
      if (read.ok) tasks.push(read.value);
      else
        log.warn('A row cannot be read and is skipped', {
          table: 'pending',
          task_id: row.task_id,
          reason: read.reason,
        });
    }
    if (characters >= PAGE_CHARACTERS) return { tasks, next: last };
  }
  return { tasks, next: count === PAGE_ROWS ? last : undefined };
}

function isOf({ segment, totalSegments }: Segment, taskId: string): boolean {
  return totalSegments === 1 || crc32(taskId) % totalSegments === segment;
}

function isSame(a: TaskError | undefined, b: TaskError | undefined): boolean {
  return a?.code === b?.code && a?.message === b?.message;
}
