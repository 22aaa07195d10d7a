import { make } from './dom.js';
import { countsOf, fullTime, kindOf, span, words } from './words.js';

/** `Import partially succeeded`, `Task pending`. */
export function headlineOf(task) {
  const text = `${kindOf(task) || 'task'} ${words(task.outcome ?? 'pending')}`;
  return text[0].toUpperCase() + text.slice(1);
}

/** What a person wants to know of a task, as terms and descriptions. */
export function factsOf(task) {
  const list = make('dl');
  const rows = [...troubleOf(task), ...identityOf(task), ...(task.state === 'final' ? endOf(task) : waitOf(task))];
  for (const [term, description, className] of rows) {
    if (description) list.append(make('dt', term), make('dd', description, className));
  }
  return list;
}

function troubleOf({ error, last_error: last }) {
  const trouble = error ?? last;
  if (!trouble) return [];
  return [
    [error ? 'Error' : 'Last error', trouble.code, 'strong'],
    ['Message', trouble.message],
    ['Request id', trouble.request_id, 'id'],
    ['HTTP status', trouble.http_status],
  ];
}

function identityOf(task) {
  return [
    ['Task', task.task_id, 'id'],
    ['Label', task.label],
    ['Gateway', task.instance_id, 'id'],
    ['Profile', task.profile],
    ['Registered', fullTime(task.registered_at)],
    ['Registered by', task.registered_by],
  ];
}

function waitOf({ status, next_poll_at: next, deadline_at: deadline }) {
  const now = new Date();
  return [
    ['Status', status],
    ['Next poll', `${fullTime(next)}, ${new Date(next) > now ? `in ${span(now, next)}` : 'due now'}`],
    ['Deadline', `${fullTime(deadline)}, ${new Date(deadline) > now ? `in ${span(now, deadline)}` : 'passed'}`],
  ];
}

function endOf(task) {
  const { registered_at: from, completed_at: to, polls } = task;
  const asked = polls === undefined ? '' : ` and ${polls} ${polls === 1 ? 'poll' : 'polls'}`;
  return [
    ['Ended', `${fullTime(to)}, after ${span(from, to)}${asked}`],
    ['Result', countsOf(task) || unreadText(task)],
    ['Told', (task.deliveries ?? []).map(deliveryText).join('; ')],
    ['Kept until', fullTime(task.expires_at)],
  ];
}

/** Of a result that Huawei Cloud sent and nobody understood: why, and where the whole is. */
function unreadText({ result }) {
  if ((result?.kind_stored ?? result?.kind) !== 'raw') return '';
  const reason = result.reason ? ` (${result.reason})` : '';
  const place = result.download_url ? '“Download the document”' : '“As the API answers it”';
  return `could not be read${reason}: see ${place} for what Huawei Cloud sent`;
}

function deliveryText({ channel, status, reason }) {
  return `${channel}: ${status}${reason && status !== 'delivered' ? ` (${reason})` : ''}`;
}
