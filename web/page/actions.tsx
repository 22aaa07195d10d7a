import { useState } from 'preact/hooks';
import { call, callJson, jsonBody, type May, type Task } from './api.ts';
import { useOnce } from './once.ts';
import { Note, type Said, useAction } from './parts.tsx';
import { go } from './places.ts';
import { addressOf } from './route.ts';
import { WatchAgain } from './watch-again.tsx';

type Props = { task: Task; again(): void };

/** What the key may do with the task. */
export function Actions({ task, may, again }: Props & { may: May }) {
  if (task.state === 'pending') return may('manage') ? <Stop task={task} again={again} /> : null;
  const canWatch = ['expired', 'not_found', 'rejected'].includes(task.outcome) && may('register');
  return (
    <>
      {canWatch && <WatchAgain task={task} again={again} />}
      {may('manage') && <Notify task={task} again={again} />}
    </>
  );
}

function Stop({ task: { task_id: id }, again }: Props) {
  const [isAsked, ask] = useState(false);
  const [said, isBusy, run] = useAction();
  const stop = async () => {
    try {
      await call(`tasks/${id}`, { method: 'DELETE' });
    } catch (error) {
      // It ended before the question was answered, or somebody else stopped it.
      again();
      throw error;
    }
    go(addressOf({ name: 'overview' }));
    return undefined;
  };
  if (!isAsked) {
    return (
      <p>
        <button type="button" onClick={() => ask(true)}>
          Stop watching …
        </button>
      </p>
    );
  }
  return (
    <fieldset class="bar">
      <legend>Stop watching? Nobody will be notified when this task ends.</legend>
      <button type="button" class="danger" disabled={isBusy} onClick={() => run(stop)}>
        Stop watching
      </button>
      {/* biome-ignore lint/a11y/noAutofocus: the question has just been asked for */}
      <button type="button" autoFocus onClick={() => ask(false)}>
        Keep watching
      </button>
      <Note said={said} />
    </fieldset>
  );
}

function Notify({ task, again }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Notify again …</summary>
      {isOpen && <NotifyForm task={task} again={again} />}
    </details>
  );
}

function NotifyForm({ task, again }: Props) {
  const [said, isBusy, run] = useAction();
  const { data } = useOnce<{ channels?: string[] }>('channels');
  const known = knownChannels(task, data?.channels ?? []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const channels = [...form.getAll('channel'), form.get('other') ?? ''].map((name) => String(name).trim());
    void run(async () => {
      const told = await notify(task.task_id, form.get('to') === 'all' ? undefined : channels.filter(Boolean));
      again();
      return told;
    });
  };
  return (
    <form onSubmit={submit}>
      <fieldset>
        <legend>Whom</legend>
        <label class="check">
          <input type="radio" name="to" value="all" checked /> everybody
        </label>
        <label class="check">
          <input type="radio" name="to" value="some" /> only:
        </label>
        {known.map((channel) => (
          <label key={channel} class="check">
            <input type="checkbox" name="channel" value={channel} onChange={chooseSome} /> {channel}
          </label>
        ))}
        {data !== undefined && data.channels === undefined && (
          <label>
            Another channel
            <input name="other" maxLength={64} pattern="[A-Za-z0-9_.\-]+" onInput={chooseSome} />
          </label>
        )}
      </fieldset>
      <button type="submit" class="main" disabled={isBusy}>
        Notify again
      </button>
      <Note said={said} />
    </form>
  );
}

/** Who names a channel means it. */
function chooseSome({ currentTarget }: { currentTarget: HTMLInputElement }): void {
  const some = currentTarget.form?.querySelector<HTMLInputElement>('[value=some]');
  if (some) some.checked = true;
}

/** Those that are set up, those that were told before, and the callback. */
function knownChannels(task: Task, setUp: string[]): string[] {
  const told = task.state === 'final' ? (task.deliveries ?? []).map(({ channel }) => channel) : [];
  return [...new Set([...setUp, ...told, ...(task.callback_origin === undefined ? [] : ['webhook'])])];
}

/** Everybody, where `channels` is undefined. */
async function notify(id: string, channels: string[] | undefined): Promise<Said> {
  const path = `tasks/${id}/notifications`;
  if (channels?.length === 0) return { text: 'Choose a channel, or everybody.' };
  if (channels === undefined) await callJson(path, { method: 'POST' });
  for (const channel of channels ?? []) await callJson(path, jsonBody({ channel }));
  const whom = channels === undefined ? '' : ` to ${channels.join(', ')}`;
  return { text: `Published again${whom}, under the same event id.`, isGood: true };
}
