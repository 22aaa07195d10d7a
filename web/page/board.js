import { callJson } from './api.js';
import { $, announce, note } from './dom.js';
import { readKey } from './key.js';
import { drawRows } from './rows.js';
import { words } from './words.js';

const REFRESH_MS = 5000;
const page = { extra: 0, round: 0, drawn: '', states: new Map(), timer: undefined, afterwards() {} };

/** After each refresh, whatever became of it. */
export function onRefreshed(react) {
  page.afterwards = react;
}

/** Reads the list now and again every five seconds, until `stopBoard`. */
export async function refresh() {
  clearTimeout(page.timer);
  const mine = ++page.round;
  try {
    const { items, next } = await readPages();
    if (mine !== page.round) return;
    draw(items);
    $('more').hidden = next === undefined;
    $('freshness').textContent = `as of ${new Date().toLocaleTimeString()}`;
    note('board-trouble');
  } catch (error) {
    if (mine === page.round) drawTrouble(error);
  }
  if (mine !== page.round || readKey() === null) return;
  page.afterwards();
  page.timer = setTimeout(tick, REFRESH_MS);
}

export function stopBoard() {
  clearTimeout(page.timer);
  page.round++;
  forgetDrawn();
  $('rows').replaceChildren();
}

/** Reads the list anew after another filter was set. */
export function restart() {
  page.extra = 0;
  forgetDrawn();
  return refresh();
}

export function showMore() {
  page.extra++;
  return refresh();
}

export function showAll() {
  $('filter').value = '';
  $('label-filter').value = '';
  $('filter').focus();
  return restart();
}

function tick() {
  if (document.hidden) page.timer = setTimeout(tick, REFRESH_MS);
  else refresh();
}

/** As it was typed, for a label may begin or end with a space. */
function labelFilter() {
  const { value } = $('label-filter');
  return value.trim() && value;
}

async function readPages() {
  const items = [];
  let next;
  for (let count = 0; count <= page.extra; count++) {
    const query = new URLSearchParams($('filter').value);
    if (labelFilter()) query.set('label', labelFilter());
    if (next) query.set('cursor', next);
    const body = await callJson(`tasks?${query}`);
    items.push(...body.items);
    next = body.next_cursor;
    if (!next) break;
  }
  return { items, next };
}

/** Touches nothing while nothing changed, so that what somebody selects stays selected. */
function draw(items) {
  const isFiltered = Boolean($('filter').value || labelFilter());
  $('list').hidden = items.length === 0;
  $('nothing-fits').hidden = items.length > 0 || !isFiltered;
  $('nothing-yet').hidden = items.length > 0 || isFiltered;
  const text = JSON.stringify(items, (name, value) => (name === 'next_poll_at' ? undefined : value));
  const drawn = new Date().toDateString() + text;
  if (drawn === page.drawn) return;
  page.drawn = drawn;
  announceEnds(items);
  drawRows(items);
}

/** Rows that fit another filter than the one that was refused would be taken for what fits it. */
function drawTrouble(error) {
  note('board-trouble', `Not refreshed: ${error.message}`);
  if (page.drawn !== '') return;
  $('rows').replaceChildren();
  for (const id of ['list', 'nothing-fits', 'nothing-yet', 'more']) $(id).hidden = true;
  $('freshness').textContent = '';
}

function announceEnds(items) {
  const ended = items.filter(({ task_id: id, state }) => state === 'final' && page.states.get(id) === 'pending');
  if (ended.length > 0)
    announce(ended.map((task) => `${task.label ?? task.task_id}: ${words(task.outcome)}`).join('. '));
  page.states = new Map(items.map((task) => [task.task_id, task.state]));
}

function forgetDrawn() {
  page.drawn = '';
  page.states = new Map();
}
