import { call, callJson } from './api.js';
import { refresh } from './board.js';
import { askToStop, drawTask, renewDetail, shown } from './detail.js';
import { $, announce, note } from './dom.js';
import { download } from './download.js';

/** What the buttons of the dialog do. */
export function wireActions() {
  $('stop').addEventListener('click', () => askToStop(true));
  $('keep').addEventListener('click', () => askToStop(false));
  on('really-stop', stopWatching);
  on('again', tellAgain);
  on('watch-again', watchAgain);
  on('download', download);
}

/** One click, one call: further ones count when it is over. What goes wrong is said in the dialog. */
function on(id, act) {
  let isBusy = false;
  $(id).addEventListener('click', async () => {
    if (isBusy) return;
    isBusy = true;
    note('detail-note');
    try {
      await act(shown.task);
    } catch (error) {
      note('detail-note', error.message);
    }
    isBusy = false;
  });
}

async function stopWatching({ task_id: taskId, label }) {
  try {
    await call(`tasks/${taskId}`, { method: 'DELETE' });
  } catch (error) {
    // It ended before the question was answered, or somebody else stopped it.
    await renewDetail();
    throw error;
  }
  $('detail').close();
  announce(`${label ?? taskId} is no longer watched.`);
  refresh();
}

async function tellAgain({ task_id: taskId }) {
  await call(`tasks/${taskId}/notifications`, { method: 'POST' });
  note('detail-note', 'Published again, under the same event id.', true);
}

async function watchAgain({ task_id: taskId }) {
  const task = await callJson(`tasks/${taskId}/watch`, { method: 'POST' });
  if (shown.id === taskId) {
    drawTask(task);
    $('close').focus();
    note('detail-note', 'The task is now being watched.', true);
  }
  refresh();
}
