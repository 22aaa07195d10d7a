import { OUTCOMES } from '../../functions/names.ts';
import type { ListedTask, Stats } from './api.ts';
import { MOST_ROWS, TaskList, type TaskPage } from './list.tsx';
import { useLive } from './live.ts';
import { useTitle } from './parts.tsx';
import { addressOf, type Filter, NO_FILTER } from './route.ts';
import { useStats } from './usual.ts';
import { stateWords } from './words.ts';

const DAY = '24h';
const PATH = `tasks?order=attention&since=${DAY}&limit=${MOST_ROWS}`;

/** What needs attention, what runs, and the rest. */
export function Overview({ canRegister, canStart }: { canRegister: boolean; canStart: boolean }) {
  const [live] = useLive<TaskPage>(PATH);
  const stats = useStats(`since=${DAY}`, live.data);
  const troubled = live.data?.items.filter(needsAttention).length ?? 0;
  useTitle(troubled === 0 ? '' : `(${troubled}) `);
  return (
    <>
      <Counts stats={stats} />
      <section class="card" aria-label="Tasks">
        <TaskList path={PATH} live={live} sectionOf={sectionOf} stats={stats} links={LINKS}>
          <Beginning canRegister={canRegister} canStart={canStart} />
        </TaskList>
        <nav class="pager" aria-label="More">
          <a href={addressOf({ name: 'list', filter: NO_FILTER })}>All tasks</a>
        </nav>
      </section>
    </>
  );
}

const needsAttention = (task: ListedTask) => task.state === 'final' && task.outcome !== 'succeeded';

const ATTENTION = 'Needs attention: the last day';
const RUNNING = 'Running';
const SUCCEEDED = 'Succeeded';

/** A section shows a part of its tasks: all of them are in a list. */
const LINKS = {
  [ATTENTION]: addressOf({
    ...{ name: 'list', filter: { outcomes: OUTCOMES.filter((outcome) => outcome !== 'succeeded'), since: DAY } },
  }),
  [RUNNING]: addressOf({ name: 'list', filter: { state: 'pending', outcomes: [] } }),
  [SUCCEEDED]: addressOf({ name: 'list', filter: { outcomes: ['succeeded'] } }),
};

function sectionOf(task: ListedTask): string {
  if (task.state === 'pending') return RUNNING;
  return needsAttention(task) ? ATTENTION : SUCCEEDED;
}

/** Counts of the last day, each a link to its tasks. */
function Counts({ stats }: { stats: Stats | undefined }) {
  const link = (filter: Filter) => addressOf({ name: 'list', filter });
  const shown = OUTCOMES.map((outcome) => ({ outcome, number: stats?.outcomes[outcome] }));
  return (
    <section aria-label="Counts of the last day">
      <p class="soft small">
        Last 24 hours{stats?.is_complete === false && `, the newest ${stats.counted.toLocaleString()} results`}
      </p>
      <div class="counts">
        <a class="count" href={link({ state: 'pending', outcomes: [] })}>
          <strong>{stats?.pending.toLocaleString() ?? '…'}</strong>
          <span class="pending">{stateWords('pending')}</span>
        </a>
        {shown.map(({ outcome, number }) => (
          <a
            key={outcome}
            class={number === 0 ? 'count none' : 'count'}
            href={link({ outcomes: [outcome], since: DAY })}
          >
            <strong>{number?.toLocaleString() ?? '…'}</strong>
            <span class={outcome}>{stateWords(outcome)}</span>
          </a>
        ))}
      </div>
    </section>
  );
}

/** For somebody who has no task yet. */
function Beginning({ canRegister, canStart }: { canRegister: boolean; canStart: boolean }) {
  const address = new URL('tasks', location.href.replace(/#.*/, ''));
  return (
    <div class="empty">
      <p>
        No task is watched yet.{' '}
        {(canRegister || canStart) && <a href={addressOf({ name: 'start' })}>Start or register one</a>}
        {canRegister && ', or register one from a CI job:'}
      </p>
      {canRegister && (
        <pre>
          {`curl -sS ${address} -H "Authorization: Bearer $API_KEY" \\\n` +
            `  -H 'content-type: application/json' -d '{"task_id": "<task id>", "label": "<yours>"}'`}
        </pre>
      )}
    </div>
  );
}
