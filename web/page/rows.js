import { $, make } from './dom.js';
import { countsOf, errorText, kindOf, shortId, shortTime, span, words } from './words.js';

/** Draws the list. Whoever was on a task's link stays there. */
export function drawRows(tasks) {
  const focused = document.activeElement?.dataset.task;
  const hasGateways = new Set(tasks.map((task) => task.instance_id)).size > 1;
  $('rows').replaceChildren(...tasks.map((task) => toRow(task, hasGateways)));
  if (focused) focusRow(focused);
}

export function focusRow(taskId) {
  $('rows')
    .querySelector(`[data-task="${CSS.escape(taskId)}"]`)
    ?.focus();
}

function toRow(task, hasGateways) {
  const state = task.outcome ?? 'pending';
  const row = make('tr');
  const what = make('td', kindOf(task), 'whole');
  what.title = `gateway ${task.instance_id}`;
  row.append(
    cell(make('span', words(state), `mark ${state}`)),
    taskCell(task, hasGateways),
    what,
    make('td', summaryOf(task)),
    whenCell(task),
  );
  return row;
}

function cell(...content) {
  const td = make('td');
  td.append(...content);
  return td;
}

function taskCell(task, hasGateways) {
  const link = make('a', task.task_id, 'id');
  link.href = `#${task.task_id}`;
  link.dataset.task = task.task_id;
  const td = cell(link);
  td.className = 'task';
  if (task.label) td.append(make('div', task.label));
  if (hasGateways) {
    const gateway = make('div', `gateway ${shortId(task.instance_id)}`, 'soft');
    gateway.title = task.instance_id;
    td.append(gateway);
  }
  return td;
}

function summaryOf(task) {
  if (task.last_error) return errorText(task.last_error);
  if (task.state === 'pending') return task.status;
  return [countsOf(task), task.error && errorText(task.error)].filter(Boolean).join(', ');
}

function whenCell(task) {
  const { state, registered_at: from, completed_at: to } = task;
  const parts = state === 'final' ? [shortTime(to), `after ${span(from, to)}`] : [`since ${shortTime(from)}`];
  const td = make('td', undefined, 'soft');
  td.append(...parts.flatMap((part) => [make('span', part, 'whole'), ' ']));
  return td;
}
