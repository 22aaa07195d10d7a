import type { ListedTask } from './api.ts';
import { Ago, CopyId, Mark } from './parts.tsx';
import type { Placed } from './placed.ts';
import { addressOf } from './route.ts';
import type { LabelStats } from './usual.ts';
import { countWords, durationWords, errorWords, kindOf, nameOf, shortId, span, stateOf } from './words.ts';

type Shared = { nowMs: number; usual: Map<string | undefined, LabelStats>; hasGateways: boolean };

type RowsProps = { rows: Placed[]; links?: Record<string, string> | undefined } & Omit<Shared, 'hasGateways'>;

/** The list: a row of two lines for each task, under the headings of their sections; `links` lead to all of a section. */
export function Rows({ rows, links = {}, ...shared }: RowsProps) {
  const hasGateways = new Set(rows.map(({ task }) => task.instance_id)).size > 1;
  const sections = [...Map.groupBy(rows, ({ section }) => section)];
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Task</th>
          <th scope="col">What happened</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      {sections.map(([section, placed]) => (
        <tbody key={section}>
          {section !== '' && (
            <tr class="section">
              <th colSpan={4} scope="rowgroup">
                {section}
                {links[section] !== undefined && (
                  <a class="all" href={links[section]} aria-label={`All: ${section}`}>
                    all
                  </a>
                )}
              </th>
            </tr>
          )}
          {placed.map(({ task }) => (
            <Row key={task.task_id} task={task} {...shared} hasGateways={hasGateways} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ task, nowMs, usual, hasGateways }: { task: ListedTask } & Shared) {
  const [what, why] = whatAndWhy(task);
  const gateway = hasGateways ? ` · gateway ${shortId(task.instance_id)}` : '';
  return (
    <tr>
      <td>
        <Mark state={stateOf(task)} />
        <span class="line soft">{kindOf(task)}</span>
      </td>
      <td>
        <a class="line name" href={addressOf({ name: 'task', id: task.task_id })}>
          {nameOf(task)}
        </a>
        <span class="line soft">
          <CopyId id={task.task_id} />
          {gateway}
          {hasRecovered(task, usual.get(task.label)) && <span class="succeeded"> · succeeded since</span>}
        </span>
      </td>
      <td>
        <span class="line">{what}</span>
        <span class="line soft" title={why}>
          {why}
        </span>
      </td>
      <td>
        <When task={task} nowMs={nowMs} usual={usual.get(task.label)} />
      </td>
    </tr>
  );
}

/** Whether a later task of the same label has succeeded. */
function hasRecovered(task: ListedTask, label: LabelStats | undefined): boolean {
  if (task.state === 'pending' || task.outcome === 'succeeded' || task.label === undefined) return false;
  return label?.newest.outcome === 'succeeded' && label.newest.completed_at > task.completed_at;
}

/** What happened in a few words, and which API or error it was. */
function whatAndWhy(task: ListedTask): [what: string, why: string] {
  if (task.state === 'pending') {
    const { last_error: error } = task;
    return error ? ['The last poll failed', errorWords(error)] : [task.status, groupOf(task)];
  }
  const { error, summary, first_failure: first } = task;
  const counts = countWords(summary);
  if (error) return [counts || errorWords(error), error.help ?? (counts ? errorWords(error) : (task.help ?? ''))];
  if (first) return [counts, failureWords(first)];
  return [counts || 'no result', groupOf(task)];
}

function failureWords({ method, path, error_code: code, error_msg: message }: Record<string, unknown>): string {
  const api = [method, path].filter(Boolean).join(' ') || 'an API without a path';
  return `${api}: ${errorWords({ code: String(code ?? ''), message: String(message ?? '') })}`;
}

function groupOf(task: ListedTask): string {
  const id = task.state === 'final' ? (task.summary.group_id ?? task.group_id) : task.group_id;
  return task.group_name ?? (id === undefined ? '' : `group ${shortId(id)}`);
}

function When({ task, nowMs, usual }: { task: ListedTask; nowMs: number; usual: LabelStats | undefined }) {
  if (task.state === 'final') {
    return (
      <>
        <span class="line">
          <Ago at={task.completed_at} nowMs={nowMs} />
        </span>
        <span class="line soft">after {span(task.registered_at, task.completed_at)}</span>
      </>
    );
  }
  const ageS = (nowMs - new Date(task.registered_at).getTime()) / 1_000;
  const isLate = usual?.p95_seconds !== undefined && ageS > usual.p95_seconds;
  return (
    <>
      <span class={isLate ? 'line expired' : 'line'}>for {durationWords(ageS * 1_000)}</span>
      <span class="line soft">
        {usual?.p50_seconds !== undefined && `usually ${durationWords(usual.p50_seconds * 1_000)}`}
      </span>
    </>
  );
}
