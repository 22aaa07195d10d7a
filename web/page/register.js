import { call } from './api.js';
import { refresh } from './board.js';
import { $, note } from './dom.js';

/** The curl line for the page of somebody who has no task yet. */
export function drawExample() {
  const address = new URL('tasks', location.href);
  address.hash = '';
  $('example').textContent = [
    `curl -sS ${address} -H "Authorization: Bearer $API_KEY" \\`,
    `  -H 'content-type: application/json' -d '{"task_id": "<task id>", "label": "<yours>"}'`,
  ].join('\n');
}

/** Sends the form “Watch a task”. */
export async function register(event) {
  event.preventDefault();
  const form = event.target;
  const fields = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  try {
    const body = JSON.stringify(Object.fromEntries(fields));
    const response = await call('tasks', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    note(
      'register-note',
      response.status === 202 ? 'The task is now being watched.' : 'This task was registered before.',
      true,
    );
    form.reset();
    refresh();
  } catch (error) {
    note('register-note', error.message);
  }
}
