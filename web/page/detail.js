import { escapeUnseen, oneLine } from '../../functions/tasks/safe-text.ts';
import { callJson } from './api.js';
import { $, make, note } from './dom.js';
import { factsOf, headlineOf } from './facts.js';
import { failuresOf } from './failures.js';
import { readKey } from './key.js';
import { focusRow } from './rows.js';
import { may } from './scopes.js';
import { words } from './words.js';

const TITLE = document.title;
const CAN_WATCH_AGAIN = ['expired', 'not_found', 'rejected'];

/** The task of the dialog: its id while the dialog is open, and the task itself once it was read. */
export const shown = { id: undefined, task: undefined, isInTrouble: false };

/** Opens what the address names after its `#`, or closes the dialog. */
export function followHash() {
  if (readKey() === null) return;
  const id = hashOf(location);
  if (id === '') $('detail').close();
  else if (id !== shown.id || !$('detail').open) open(id);
}

/** Reads the task again while it may change, and where it could not be read. */
export async function renewDetail() {
  if (shown.task?.state === 'pending' || shown.isInTrouble) await read(shown.id);
}

/** Draws the task of the dialog again, because something else has changed. */
export function redrawDetail() {
  if (shown.task) drawTask(shown.task);
}

/** Draws the task of the dialog, and says so where it ended before the reader's eyes. */
export function drawTask(task) {
  const hasEnded = shown.task?.state === 'pending' && task.state === 'final';
  shown.task = task;
  document.title = `${task.label ?? task.task_id}: ${words(task.outcome ?? 'pending')} – ${TITLE}`;
  drawHead(headlineOf(task), task.outcome ?? 'pending');
  $('facts').replaceChildren(factsOf(task), ...failuresOf(task));
  drawJson(task);
  drawActions(task);
  if (hasEnded) note('detail-note', `Finished: ${words(task.outcome)}.`, task.outcome === 'succeeded');
}

/** The question whether to stop watching, or not any more. */
export function askToStop(isAsked) {
  $('confirm').hidden = !isAsked;
  $('actions').hidden = isAsked;
  $(isAsked ? 'keep' : 'stop').focus();
}

/**
 * When the dialog is closed, the address names no task any more, and the keyboard is on its row again.
 * Where the key was refused the address stays, for whoever signs in wants to see that task.
 */
export function onClosed() {
  if ($('detail').open) return;
  const { id } = shown;
  Object.assign(shown, { id: undefined, task: undefined, isInTrouble: false });
  document.title = TITLE;
  if (location.hash && readKey() !== null) history.pushState(null, '', location.pathname + location.search);
  if (id !== undefined) focusRow(id);
}

function hashOf({ hash }) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}

function open(id) {
  Object.assign(shown, { id, task: undefined, isInTrouble: false });
  document.title = TITLE;
  note('detail-note');
  $('confirm').hidden = true;
  drawHead('Task');
  $('facts').replaceChildren(make('p', `Reading ${id} …`, 'soft'));
  drawJson();
  drawActions();
  if (!$('detail').open) $('detail').showModal();
  $('detail').scrollTop = 0;
  $('close').focus();
  return read(id);
}

async function read(id) {
  try {
    // Anything else is no task's id, and `..` would even be another address.
    if (!/^[\w-]{1,64}$/.test(id)) return drawUnknown(id);
    const task = await callJson(`tasks/${id}`);
    if (shown.id !== id) return;
    endTrouble();
    drawTask(task);
  } catch (error) {
    if (shown.id !== id) return;
    endTrouble();
    if (error.status === 404) return drawUnknown(id);
    shown.isInTrouble = true;
    note('detail-note', error.message);
  }
}

function endTrouble() {
  if (shown.isInTrouble) note('detail-note');
  shown.isInTrouble = false;
}

function drawUnknown(id) {
  shown.task = undefined;
  document.title = TITLE;
  drawHead('Unknown task');
  const reason = 'It was never registered, is no longer watched, or its result has expired.';
  $('facts').replaceChildren(make('p', `There is no task “${id}” here.`), make('p', reason, 'soft'));
  drawJson();
  drawActions();
}

function drawHead(text, className = '') {
  $('detail-title').textContent = oneLine(text);
  $('detail-title').className = className && `mark ${className}`;
}

function drawJson(task) {
  $('raw').hidden = task === undefined;
  const text = task === undefined ? '' : escapeUnseen(JSON.stringify(task, null, 2));
  if ($('json').textContent !== text) $('json').textContent = text;
}

function drawActions(task) {
  const { state, outcome, result } = task ?? {};
  $('stop').hidden = state !== 'pending' || !may('manage');
  $('again').hidden = state !== 'final' || !may('manage');
  $('watch-again').hidden = !CAN_WATCH_AGAIN.includes(outcome) || !may('register');
  $('download').hidden = !result?.definition_url && !result?.download_url;
  if (state !== 'pending') $('confirm').hidden = true;
  $('actions').hidden = !$('confirm').hidden || state === undefined;
  if (document.activeElement?.closest('[hidden]')) $('close').focus();
}
