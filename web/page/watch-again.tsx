import { announce } from './announce.ts';
import { callJson, jsonBody, type Task } from './api.ts';
import { Field, MoreFields, readFields } from './fields.tsx';
import { Note, useAction } from './parts.tsx';

/** Registers an expired, unknown or rejected task again, with what was wrong corrected. */
export function WatchAgain({ task, again }: { task: Task; again(): void }) {
  const [said, isBusy, run] = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { fields } = readFields(event.currentTarget as HTMLFormElement);
    const known: Record<string, unknown> = { ...task };
    const changed = Object.entries(fields).filter(([name, value]) => known[name] !== value);
    void run(async () => {
      await callJson(`tasks/${task.task_id}/watch`, jsonBody(Object.fromEntries(changed)));
      announce('The task is now being watched.');
      again();
      return undefined;
    });
  };
  return (
    <details open>
      <summary>Watch again, with corrections …</summary>
      <form onSubmit={submit}>
        <Field name="instance_id" value={task.instance_id} />
        <Field name="profile" value={task.profile} />
        <Field name="label" value={task.label} />
        <MoreFields
          names={['project_id', 'deadline_seconds', 'callback_url']}
          values={{ project_id: task.project_id }}
        />
        <button type="submit" class="main" disabled={isBusy}>
          Watch again
        </button>
        <Note said={said} />
      </form>
    </details>
  );
}
