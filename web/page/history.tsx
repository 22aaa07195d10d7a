import type { Stats, Task } from './api.ts';
import { Chart } from './chart.tsx';
import type { TaskPage } from './list.tsx';
import { useOnce } from './once.ts';
import { Ago, Card, Mark, Note, useNow } from './parts.tsx';
import { addressOf } from './route.ts';
import type { LabelStats } from './usual.ts';
import { count, durationWords, nameOf, span, stateOf } from './words.ts';

const SPANS = { '24h': 'Last day', '7d': 'Last week', '30d': 'Last month', '90d': 'Last 90 days' };

function statsPath(since: string, label: string | undefined): string {
  return `stats?${new URLSearchParams({ since, ...(label !== undefined && { label }) })}`;
}

/** How it has been: of all tasks by label, or of one label. */
export function HistoryView({ since, label }: { since: string; label: string | undefined }) {
  const { data: stats, trouble } = useOnce<Stats>(statsPath(since, label));
  const nowMs = useNow();
  const spans = since in SPANS ? SPANS : { [since]: `Since ${since}`, ...SPANS };
  return (
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">{label === undefined ? 'History' : `History of ${label}`}</h2>
      <nav class="tabs" aria-label="Since when">
        {Object.entries(spans).map(([value, words]) => (
          <a
            key={value}
            href={addressOf({ name: 'history', since: value, ...(label !== undefined && { label }) })}
            aria-current={value === since ? 'true' : undefined}
          >
            {words}
          </a>
        ))}
      </nav>
      <Note said={trouble === undefined ? undefined : { text: trouble }} />
      {stats && <Shown stats={stats} label={label} since={since} nowMs={nowMs} />}
    </section>
  );
}

type ShownProps = { stats: Stats; label: string | undefined; since: string; nowMs: number };

function Shown({ stats, label, since, nowMs }: ShownProps) {
  if (stats.counted === 0) return <p class="empty">No task ended in this time.</p>;
  const { succeeded } = stats.outcomes;
  return (
    <>
      <p>
        <strong>{count(stats.counted, 'result')}</strong>
        {stats.is_complete ? '' : ' (the newest; older ones are not counted)'}: {percent(succeeded / stats.counted)}{' '}
        succeeded, {(stats.counted - succeeded).toLocaleString()} did not.
      </p>
      {label === undefined ? (
        <Labels stats={stats} since={since} nowMs={nowMs} />
      ) : (
        <>
          <Chart ends={stats.recent} p50={stats.labels[0]?.p50_seconds} p95={stats.labels[0]?.p95_seconds} />
          <Ends stats={stats} nowMs={nowMs} />
        </>
      )}
    </>
  );
}

function Labels({ stats, since, nowMs }: Omit<ShownProps, 'label'>) {
  return (
    <>
      <table class="history">
        <thead>
          <tr>
            {['Label', 'Tasks', 'Succeeded', 'Half took at most', '95 % took at most', 'Newest'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stats.labels.slice(0, MOST_LABELS).map((one) => (
            <LabelRow key={one.label ?? ''} one={one} since={since} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
      {stats.labels.length + stats.omitted_labels > MOST_LABELS && (
        <p class="soft">
          The {MOST_LABELS} labels with the most tasks, of {stats.labels.length + stats.omitted_labels}.
        </p>
      )}
    </>
  );
}

const MOST_LABELS = 50;

function LabelRow({ one, since, nowMs }: { one: LabelStats; since: string; nowMs: number }) {
  const { label, newest } = one;
  return (
    <tr>
      <th scope="row" data-label="Label">
        {label === undefined ? (
          <span class="soft">without a label</span>
        ) : (
          <a href={addressOf({ name: 'history', since, label })}>{label}</a>
        )}
      </th>
      <td data-label="Tasks">{one.count.toLocaleString()}</td>
      <td data-label="Succeeded" class={one.success_rate < 0.8 ? 'failed' : ''}>
        {percent(one.success_rate)}
      </td>
      <td data-label="Half within">{secondsWords(one.p50_seconds)}</td>
      <td data-label="95 % within">{secondsWords(one.p95_seconds)}</td>
      <td data-label="Newest">
        <a href={addressOf({ name: 'task', id: newest.task_id })}>
          <Mark state={newest.outcome} /> <Ago at={newest.completed_at} nowMs={nowMs} />
        </a>
      </td>
    </tr>
  );
}

/** What the chart shows, in words. */
function Ends({ stats, nowMs }: { stats: Stats; nowMs: number }) {
  return (
    <table class="history">
      <caption>The newest {stats.recent.length}</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Ended</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {stats.recent.map(({ task_id: id, outcome, completed_at: at, seconds }) => (
          <tr key={id}>
            <td data-label="State">
              <a href={addressOf({ name: 'task', id })}>
                <Mark state={outcome} />
              </a>
            </td>
            <td data-label="Ended">
              <Ago at={at} nowMs={nowMs} />
            </td>
            <td data-label="After">{secondsWords(seconds)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How a label has been lately, beside one of its tasks. */
export function LabelCard({ label, taskId }: { label: string; taskId: string }) {
  const { data: stats } = useOnce<Stats>(statsPath('30d', label));
  const own = stats?.labels[0];
  if (stats === undefined || own === undefined) return null;
  return (
    <Card title={`History of ${label}`}>
      <p>
        {count(own.count, 'task')} in the last 30 days, {percent(own.success_rate)} succeeded.{' '}
        <a href={addressOf({ name: 'history', since: '30d', label })}>All of its history</a>
      </p>
      <Chart ends={stats.recent} p50={own.p50_seconds} p95={own.p95_seconds} taskId={taskId} />
    </Card>
  );
}

/** The last imports (or exports) of the same group. */
export function GroupCard({ groupId, task, nowMs }: { groupId: string; task: Task; nowMs: number }) {
  const { task_type: type = 'import_api' } = task;
  // Huawei Cloud may say anything, and the API takes names of this form alone.
  if (!/^[\w-]{1,64}$/.test(groupId) || !/^[a-z_]{1,64}$/.test(type)) return null;
  return <SameGroup groupId={groupId} type={type} task={task} nowMs={nowMs} />;
}

type SameGroupProps = { groupId: string; type: string; task: Task; nowMs: number };

function SameGroup({ groupId, type, task, nowMs }: SameGroupProps) {
  const query = new URLSearchParams({ group_id: groupId, task_type: type, limit: '10' });
  const { data } = useOnce<TaskPage>(`tasks?${query}`);
  const others = data?.items.filter(({ task_id: id }) => id !== task.task_id) ?? [];
  if (others.length === 0) return null;
  const filter = { outcomes: [], group_id: groupId };
  return (
    <Card title="Of the same API group">
      <ul class="apis">
        {others.map((other) => (
          <li key={other.task_id}>
            <Mark state={stateOf(other)} /> <a href={addressOf({ name: 'task', id: other.task_id })}>{nameOf(other)}</a>{' '}
            <span class="soft">
              <Ago at={other.state === 'final' ? other.completed_at : other.registered_at} nowMs={nowMs} />
              {other.state === 'final' && `, after ${span(other.registered_at, other.completed_at)}`}
            </span>
          </li>
        ))}
      </ul>
      <a href={addressOf({ name: 'list', filter })}>All of this group</a>
    </Card>
  );
}

/** Never 100 % while one failed. */
function percent(share: number): string {
  const rounded = Math.round(share * 1_000) / 10;
  return `${rounded === 100 && share < 1 ? 99.9 : rounded} %`;
}

function secondsWords(seconds: number | undefined): string {
  return seconds === undefined ? '–' : durationWords(seconds * 1_000);
}
