import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { announce } from './announce.ts';
import type { ListedTask, Stats } from './api.ts';
import { FilterForm } from './filter-form.tsx';
import { useLive } from './live.ts';
import { Note, useNow } from './parts.tsx';
import { addressOf, type Filter, filterParameters, isFiltered, NO_FILTER } from './route.ts';
import { Rows } from './rows.tsx';
import { useSteady } from './steady.ts';
import { type LabelStats, useStats } from './usual.ts';
import { count, nameOf, stateWords } from './words.ts';

export type TaskPage = { items: ListedTask[]; next_cursor?: string };

/** The most rows that are fetched, and in the document. */
export const MOST_ROWS = 50;

/** All tasks, or those that fit the address's filter. */
export function ListView({ filter }: { filter: Filter }) {
  const parameters = filterParameters(filter);
  parameters.set('limit', String(MOST_ROWS));
  const [live] = useLive<TaskPage>(`tasks?${parameters}`);
  const stats = useStats('since=7d', live.data);
  const next = live.data?.next_cursor;
  const { cursor, ...start } = filter;
  return (
    <section class="card" aria-labelledby="list-title">
      <h2 id="list-title">Tasks</h2>
      <FilterForm filter={filter} />
      <TaskList path={parameters.toString()} live={live} sectionOf={noSection} stats={stats}>
        <p class="empty">
          No task fits. {isFiltered(filter) && <a href={addressOf({ name: 'list', filter: NO_FILTER })}>Show all</a>}
        </p>
      </TaskList>
      <nav class="pager" aria-label="Pages">
        {cursor !== undefined && <a href={addressOf({ name: 'list', filter: start })}>Newest</a>}
        {next !== undefined && <a href={addressOf({ name: 'list', filter: { ...start, cursor: next } })}>Older</a>}
      </nav>
    </section>
  );
}

const noSection = () => '';

type ListProps = {
  /** What was asked for: another one shows another list at once. */
  path: string;
  live: ReturnType<typeof useLive<TaskPage>>[0];
  sectionOf(task: ListedTask): string;
  stats: Stats | undefined;
  links?: Record<string, string>;
  /** In place of an empty list. */
  children: ComponentChildren;
};

/** A list that follows its tasks, and keeps still while somebody reads. */
export function TaskList({ path, live, sectionOf, stats, links, children }: ListProps) {
  const nowMs = useNow();
  const fresh = useMemo(() => live.data?.items.map((task) => ({ task, section: sectionOf(task) })), [live.data]);
  const { rows, waiting, show } = useSteady(path, fresh);
  const usual = useMemo(
    () => new Map<string | undefined, LabelStats>(stats?.labels.map((one) => [one.label, one])),
    [stats],
  );
  useAnnounced(live.data?.items);
  return (
    <>
      <Note said={live.trouble === undefined ? undefined : { text: `Not refreshed: ${live.trouble}` }} />
      {waiting > 0 && (
        <button type="button" class="waiting main" onClick={show}>
          Show {count(waiting, 'change')}
        </button>
      )}
      {rows.length > 0 && <Rows rows={rows} links={links} nowMs={nowMs} usual={usual} />}
      {live.data !== undefined && rows.length === 0 && children}
      {live.data === undefined && live.trouble === undefined && <p class="soft">Reading …</p>}
    </>
  );
}

/** Tells listeners of each end that comes while they are here. */
function useAnnounced(items: ListedTask[] | undefined): void {
  const states = useMemo(() => new Map<string, string>(), []);
  useEffect(() => {
    const ended = (items ?? []).flatMap((task) =>
      task.state === 'final' && states.get(task.task_id) === 'pending'
        ? [`${nameOf(task)}: ${stateWords(task.outcome)}`]
        : [],
    );
    if (ended.length > 0) announce(ended.join('. '));
    for (const { task_id: id, state } of items ?? []) states.set(id, state);
  }, [items]);
}
