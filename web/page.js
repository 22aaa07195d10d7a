const REFRESH_MS = 5000;
const KEY = 'apig-task-notifier.key';
const $ = (id) => document.getElementById(id);
let extraPages = 0;
let timer;
let round = 0;
let shown;
let address;

function make(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function note(id, text, isGood) {
  $(id).textContent = text ?? '';
  $(id).hidden = !text;
  $(id).classList.toggle('good', Boolean(isGood));
}

async function call(path, options = {}) {
  const headers = { authorization: `Bearer ${sessionStorage.getItem(KEY)}`, ...options.headers };
  const response = await fetch(path, { ...options, headers, cache: 'no-store' });
  if (response.status === 401) signOut('This API key is not known.');
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.detail ?? `The service answered ${response.status}.`);
}

function signOut(reason) {
  sessionStorage.removeItem(KEY);
  show();
  note('key-note', reason);
}

function show() {
  const hasKey = sessionStorage.getItem(KEY) !== null;
  $('sign-in').hidden = hasKey;
  $('board').hidden = !hasKey;
  $('forget').hidden = !hasKey;
  clearTimeout(timer);
  if (hasKey) refresh();
  else {
    $('rows').replaceChildren();
    $('detail').close();
    $('key').focus();
  }
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++round;
  try {
    const { items, next } = await readPages();
    if (mine !== round) return;
    render(items);
    $('more').hidden = next === undefined;
    $('freshness').textContent = `as of ${new Date().toLocaleTimeString()}`;
  } catch (error) {
    if (mine === round) $('freshness').textContent = `not refreshed: ${error.message}`;
  }
  if (mine === round && sessionStorage.getItem(KEY) !== null) timer = setTimeout(tick, REFRESH_MS);
}

function tick() {
  if (document.hidden) timer = setTimeout(tick, REFRESH_MS);
  else refresh();
}

async function readPages() {
  const items = [];
  let next;
  for (let page = 0; page <= extraPages; page++) {
    const query = new URLSearchParams($('filter').value);
    if ($('label-filter').value.trim()) query.set('label', $('label-filter').value.trim());
    if (next) query.set('cursor', next);
    const body = await (await call(`tasks?${query}`)).json();
    items.push(...body.items);
    next = body.next_cursor;
    if (!next) break;
  }
  return { items, next };
}

function render(items) {
  const focused = document.activeElement?.dataset?.task;
  $('rows').replaceChildren(...items.map(toRow));
  $('empty').hidden = items.length > 0;
  if (focused)
    $('rows')
      .querySelector(`[data-task="${CSS.escape(focused)}"]`)
      ?.focus();
}

function toRow(task) {
  const row = make('tr');
  const state = task.outcome ?? 'pending';
  const id = make('button', task.task_id, 'link');
  id.dataset.task = task.task_id;
  id.addEventListener('click', () => openDetail(task.task_id));
  const idCell = make('td');
  idCell.append(id);
  if (task.label) idCell.append(make('div', task.label));
  const stateCell = make('td');
  stateCell.append(make('span', words(state), `mark ${state}`));
  row.append(
    stateCell,
    idCell,
    make('td', whatOf(task)),
    make('td', summaryOf(task)),
    make('td', whenOf(task), 'soft'),
  );
  return row;
}

const words = (name) => name.replaceAll('_', ' ');

function whatOf(task) {
  const kind = { import_api: 'import', export_api: 'export' }[task.task_type] ?? task.task_type ?? 'task';
  return `${kind}, gateway ${task.instance_id.slice(0, 12)}${task.instance_id.length > 12 ? '…' : ''}`;
}

function summaryOf(task) {
  if (task.last_error) return `${task.last_error.code}: ${task.last_error.message}`;
  if (task.state === 'pending') return task.status ?? 'waiting for the first answer';
  const counts = ['created', 'updated', 'failed', 'ignored'].filter((name) => task.summary[name]);
  const parts = counts.map((name) => `${task.summary[name]} ${name}`);
  if (task.summary.file_name) parts.push(task.summary.file_name);
  if (task.summary.size_bytes !== undefined) parts.push(`${task.summary.size_bytes.toLocaleString()} bytes`);
  if (task.error) parts.push(`${task.error.code}: ${task.error.message}`);
  return parts.join(', ');
}

function whenOf(task) {
  if (task.state === 'final')
    return `${timeOf(task.completed_at)}, after ${span(task.registered_at, task.completed_at)}`;
  return `since ${timeOf(task.registered_at)}`;
}

function timeOf(iso) {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

function span(from, to) {
  const seconds = Math.max(0, Math.round((new Date(to) - new Date(from)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

async function openDetail(id) {
  shown = id;
  address = undefined;
  note('detail-note');
  try {
    const task = await (await call(`tasks/${id}`)).json();
    const failures = task.result?.failure ?? [];
    address = task.result?.download_url;
    $('detail-title').textContent = `${id}: ${words(task.outcome ?? 'pending')}`;
    $('detail-body').replaceChildren(
      ...(failures.length > 0 ? [failureTable(failures)] : []),
      make('pre', JSON.stringify(task, null, 2)),
    );
    $('download').hidden = !task.result?.definition_url && !address;
    $('again').hidden = task.state !== 'final';
    if (!$('detail').open) $('detail').showModal();
  } catch (error) {
    $('freshness').textContent = error.message;
  }
}

function failureTable(failures) {
  const box = make('div', undefined, 'scroll');
  const table = make('table');
  const head = make('tr');
  for (const title of ['Method', 'Path', 'Code', 'Message']) head.append(make('th', title));
  const thead = make('thead');
  thead.append(head);
  const body = make('tbody');
  for (const failure of failures.slice(0, 100)) {
    const row = make('tr');
    for (const field of ['method', 'path', 'error_code', 'error_msg']) row.append(make('td', failure[field] ?? ''));
    body.append(row);
  }
  table.append(thead, body);
  box.append(table);
  if (failures.length > 100) box.append(make('p', `and ${failures.length - 100} more`, 'soft'));
  return box;
}

async function download() {
  if (address) return window.open(address, '_blank', 'noopener');
  try {
    const response = await call(`tasks/${shown}/definition`);
    const disposition = response.headers.get('content-disposition') ?? '';
    const encoded = /filename\*=UTF-8''(\S+)/.exec(disposition)?.[1];
    const name = encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/.exec(disposition)?.[1];
    const link = make('a');
    link.href = URL.createObjectURL(await response.blob());
    link.download = name ?? shown;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  } catch (error) {
    note('detail-note', error.message);
  }
}

async function notifyAgain() {
  try {
    await call(`tasks/${shown}/notifications`, { method: 'POST' });
    note('detail-note', 'Published again, under the same event id.', true);
  } catch (error) {
    note('detail-note', error.message);
  }
}

async function register(event) {
  event.preventDefault();
  const fields = [...new FormData(event.target)]
    .map(([name, value]) => [name, value.trim()])
    .filter(([, value]) => value);
  try {
    const body = JSON.stringify(Object.fromEntries(fields));
    const response = await call('tasks', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    note('register-note', response.status === 202 ? 'Watched from now on.' : 'This task was registered before.', true);
    event.target.reset();
    refresh();
  } catch (error) {
    note('register-note', error.message);
  }
}

function restart() {
  extraPages = 0;
  refresh();
}

$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, $('key').value.trim());
  $('key').value = '';
  note('key-note');
  show();
});
$('register').addEventListener('submit', register);
$('forget').addEventListener('click', () => signOut());
$('filter').addEventListener('change', restart);
$('label-filter').addEventListener('change', restart);
$('more').addEventListener('click', () => {
  extraPages++;
  refresh();
});
$('download').addEventListener('click', download);
$('again').addEventListener('click', notifyAgain);
$('close').addEventListener('click', () => $('detail').close());
show();
