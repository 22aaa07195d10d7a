import { OUTCOMES } from '../../functions/names.ts';
import type { ListedTask, Stats } from './api.ts';
import { MOST_ROWS, TaskList, type TaskPage } from './list.tsx';
import { useLive } from './live.ts';
import { addressOf, type Filter, NO_FILTER } from './route.ts';
import { useStats } from './usual.ts';
import { stateWords } from './words.ts';

const DAY = '24h';
const PATH = `tasks?order=attention&since=${DAY}&limit=${MOST_ROWS}`;

/** What needs attention, what runs, and the rest. */
export function Overview({ canRegister, canStart }: { canRegister: boolean; canStart: boolean }) {
  const [live] = useLive<TaskPage>(PATH);
  const stats = useStats(`since=${DAY}`, live.data);
  return (
    <>
      <Counts stats={stats} />
      <section class="card" aria-label="Tasks">
        <TaskList path={PATH} live={live} sectionOf={sectionOf} stats={stats}>
          <Beginning canRegister={canRegister} canStart={canStart} />
        </TaskList>
        <nav class="pager" aria-label="More">
          <a href={addressOf({ name: 'list', filter: NO_FILTER })}>All tasks</a>
        </nav>
      </section>
    </>
  );
}

function sectionOf(task: ListedTask): string {
  if (task.state === 'pending') return 'Running';
  if (task.outcome === 'succeeded') return 'Succeeded';
  return 'Needs attention: the last day';
}

/** Counts of the last day, each a link to its tasks. */
function Counts({ stats }: { stats: Stats | undefined }) {
  const link = (filter: Filter) => addressOf({ name: 'list', filter });
  const shown = OUTCOMES.map((outcome) => ({ outcome, number: stats?.outcomes[outcome] }));
  return (
    <section class="counts" aria-label="Counts of the last day">
      <a class="count" href={link({ state: 'pending', outcomes: [] })}>
        <strong>{stats?.pending.toLocaleString() ?? '…'}</strong>
        <span class="pending">{stateWords('pending')}</span>
      </a>
      {shown.map(({ outcome, number }) => (
        <a key={outcome} class={number === 0 ? 'count none' : 'count'} href={link({ outcomes: [outcome], since: DAY })}>
          <strong>{number?.toLocaleString() ?? '…'}</strong>
          <span class={outcome}>{stateWords(outcome)}</span>
        </a>
      ))}
      <p class="soft">
        Last 24 hours{stats?.is_complete === false && `, the newest ${stats.counted.toLocaleString()} results`}
      </p>
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
