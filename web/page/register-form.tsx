import { useState } from 'preact/hooks';
import { callJson, jsonBody } from './api.ts';
import { Field, MoreFields, readFields } from './fields.tsx';
import { Card, Note, type Said, useAction } from './parts.tsx';
import { go } from './places.ts';
import { addressOf } from './route.ts';
import { readTaskIds } from './task-ids.ts';
import { count } from './words.ts';

type Entry = { task_id?: string; status: number; problem?: { detail: string } };

const MOST_AT_ONCE = 100;

/** Has tasks watched that were started elsewhere: ids, or an answer of Huawei Cloud, as they were copied. */
export function RegisterForm() {
  const [pasted, setPasted] = useState(() => readTaskIds(''));
  const [said, isBusy, run] = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { pasted: _, ...fields } = readFields(event.currentTarget as HTMLFormElement).fields;
    void run(() => register(pasted.ids, fields));
  };
  const { ids, wrong } = pasted;
  return (
    <Card title="Watch running tasks">
      <form onSubmit={submit}>
        <label class="wide">
          Task ids, or Huawei Cloud’s answer as JSON
          <textarea
            name="pasted"
            rows={3}
            required
            spellcheck={false}
            placeholder={'{"task_id": "…"}'}
            onInput={({ currentTarget }) => setPasted(readTaskIds(currentTarget.value))}
          />
        </label>
        <p class="wide soft" role="status">
          {ids.length > 0 && `${count(ids.length, 'id')} found. `}
          {wrong.length > 0 &&
            `Not an id: ${wrong
              .slice(0, 3)
              .map((word) => word.slice(0, 80))
              .join(', ')}${wrong.length > 3 ? ' …' : ''}`}
        </p>
        <Field name="label" />
        <Field name="profile" />
        <MoreFields names={['instance_id', 'project_id', 'deadline_seconds', 'callback_url']} />
        <button type="submit" class="main" disabled={isBusy || ids.length === 0}>
          Watch{ids.length > 1 && ` ${ids.length} tasks`}
        </button>
        <Note said={said} />
      </form>
    </Card>
  );
}

async function register(ids: string[], fields: object): Promise<Said | undefined> {
  const [only] = ids;
  if (only !== undefined && ids.length === 1) {
    await callJson('tasks', jsonBody({ ...fields, task_id: only }));
    go(addressOf({ name: 'task', id: only }));
    return undefined;
  }
  const entries: Entry[] = [];
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
    const tasks = ids.slice(start, start + MOST_AT_ONCE).map((id) => ({ ...fields, task_id: id }));
    entries.push(...(await callJson<{ tasks: Entry[] }>('tasks/batch', jsonBody({ tasks }))).tasks);
  }
  return reportOf(entries);
}

function reportOf(entries: Entry[]): Said {
  const isNew = entries.filter(({ status }) => status === 202).length;
  const known = entries.filter(({ status }) => status === 200).length;
  const refused = entries.filter(({ problem }) => problem !== undefined);
  const parts = [
    `${count(isNew, 'task')} now watched.`,
    known > 0 && `${count(known, 'task')} registered before.`,
    ...refused.slice(0, 3).map(({ task_id: id, problem }) => `${id}: ${problem?.detail}`),
    refused.length > 3 && `And ${refused.length - 3} more were refused.`,
  ];
  const link = { href: addressOf({ name: 'list', filter: { state: 'pending', outcomes: [] } }), text: 'Running tasks' };
  return {
    text: parts.filter(Boolean).join(' '),
    isGood: refused.length === 0,
    ...(refused.length < entries.length && { link }),
  };
}
