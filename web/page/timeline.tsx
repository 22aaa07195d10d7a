import type { ComponentChildren } from 'preact';
import type { Task } from './api.ts';
import { FullTime } from './parts.tsx';
import { count, kindOf, span, stateOf, stateWords } from './words.ts';

type Moment = { at: string; what: string; detail?: ComponentChildren; className?: string };

/** What happened to a task, oldest first, and what comes next. */
export function Timeline({ task, nowMs }: { task: Task; nowMs: number }) {
  const moments = [...begun(task), ...answered(task), ...ended(task), ...delivered(task), ...coming(task)];
  return (
    <section class="card" aria-label="Timeline">
      <h2>Timeline</h2>
      <ol class="timeline">
        {moments.map(({ at, what, detail, className = '' }) => (
          <li key={`${what} ${at}`} class={className}>
            <strong>{what}</strong>
            {detail && <span class="soft"> {detail}</span>}
            <br />
            <FullTime at={at} nowMs={nowMs} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function begun(task: Task): Moment[] {
  const isStarted = task.file !== undefined || task.environment_id !== undefined;
  const what = isStarted ? `${kindOf(task)} started` : task.watch ? 'Watched again' : 'Registered';
  return [{ at: task.registered_at, what, ...(task.registered_by && { detail: `by ${task.registered_by}` }) }];
}

function answered(task: Task): Moment[] {
  return (task.answers ?? []).map(({ task_status: status, at }) => ({ at, what: `Huawei Cloud: ${status}` }));
}

function ended(task: Task): Moment[] {
  if (task.state === 'pending') return [];
  const polls = task.polls === undefined ? '' : `, ${count(task.polls, 'poll')}`;
  const said = task.task_status === undefined ? '' : `, Huawei Cloud: ${task.task_status}`;
  const detail = `after ${span(task.registered_at, task.completed_at)}${polls}${said}`;
  const state = stateOf(task);
  return [{ at: task.completed_at, what: `Ended: ${stateWords(state)}`, detail, className: state }];
}

function delivered(task: Task): Moment[] {
  if (task.state === 'pending') return [];
  return (task.deliveries ?? []).map(({ channel, status, at, attempts, reason, http_status: http }) => ({
    at,
    what: `${channel}: ${status}`,
    detail: [
      attempts > 1 && `${attempts} attempts`,
      http !== undefined && `HTTP ${http}`,
      status !== 'delivered' && reason,
    ]
      .filter(Boolean)
      .join(', '),
    className: status === 'delivered' ? 'succeeded' : 'failed',
  }));
}

/** Told from the past by what they are: a reader's clock may be behind that of the service. */
function coming(task: Task): Moment[] {
  const className = 'coming';
  if (task.state === 'final') return [{ at: task.expires_at, what: 'The result will be deleted', className }];
  return [
    { at: task.next_poll_at, what: 'Next poll', className },
    { at: task.deadline_at, what: 'Deadline', detail: 'ends as expired unless it finishes', className },
  ];
}
