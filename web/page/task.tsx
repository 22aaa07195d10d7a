import { useEffect, useRef, useState } from 'preact/hooks';
import { watchAgainHelp } from '../../functions/tasks/result.ts';
import { escapeUnseen, oneLine } from '../../functions/tasks/safe-text.ts';
import { Actions } from './actions.tsx';
import { announce } from './announce.ts';
import type { FinalTask, May, Task } from './api.ts';
import { DefinitionCard } from './definition.tsx';
import { Failures } from './failures.tsx';
import { GroupCard, LabelCard } from './history.tsx';
import { useLive } from './live.ts';
import { CopyId, Facts, Mark, Note, useNow, useTitle } from './parts.tsx';
import { addressOf } from './route.ts';
import { warningsOf } from './send-start.ts';
import { Timeline } from './timeline.tsx';
import { countWords, errorWords, kindOf, nameOf, stateOf, stateWords } from './words.ts';

/** Deliveries still come in for so long after the end. */
const DELIVERING_MS = 2 * 60_000;
const ID = /^[\w-]{1,64}$/;

/** One task: what it is, how it went, and what can be done about it. */
export function TaskView({ id, may }: { id: string; may: May }) {
  return ID.test(id) ? <KnownTask id={id} may={may} /> : <Unknown id={id} />;
}

function KnownTask({ id, may }: { id: string; may: May }) {
  const [live, again] = useLive<Task>(`tasks/${id}`, mayChange);
  const { data: task, trouble, status } = live;
  useEndAnnounced(task);
  if (status === 404) return <Unknown id={id} />;
  return (
    <>
      <Note said={trouble === undefined ? undefined : { text: `Not refreshed: ${trouble}` }} />
      {task === undefined ? (
        <p class="soft">Reading {id} …</p>
      ) : (
        <Shown task={task} raw={live.raw} may={may} again={again} />
      )}
    </>
  );
}

function mayChange(task: Task): boolean {
  return task.state === 'pending' || Date.now() - new Date(task.completed_at).getTime() < DELIVERING_MS;
}

function useEndAnnounced(task: Task | undefined): void {
  const before = useRef<Task | undefined>(undefined);
  useTitle(task === undefined ? '' : `${nameOf(task)}: ${stateWords(stateOf(task))} – `);
  useEffect(() => {
    if (task === undefined) return;
    if (before.current?.state === 'pending' && task.state === 'final')
      announce(`Finished: ${stateWords(task.outcome)}.`);
    before.current = task;
  }, [task]);
}

function Unknown({ id }: { id: string }) {
  return (
    <section class="card" aria-labelledby="task-title">
      <h2 id="task-title">Unknown task</h2>
      <p>There is no task “{oneLine(id)}” here.</p>
      <p class="soft">It was never registered, is no longer watched, or its result has expired.</p>
    </section>
  );
}

function Shown({ task, raw, may, again }: { task: Task; raw: unknown; may: May; again(): void }) {
  const nowMs = useNow();
  const title = useRef<HTMLHeadingElement>(null);
  // Only once: a poll must not take the keyboard from where it is.
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  const groupId = task.state === 'final' ? (task.summary.group_id ?? task.group_id) : task.group_id;
  return (
    <>
      <section class="card" aria-labelledby="task-title">
        <p class="over">
          <Mark state={stateOf(task)} /> <span class="soft">{kindOf(task)}</span> <CopyId id={task.task_id} isWhole />
        </p>
        <h2 id="task-title" class="title" ref={title} tabIndex={-1}>
          {nameOf(task)}
        </h2>
        <Outcome task={task} />
        {may('start') && groupId !== undefined && stateOf(task) === 'partially_succeeded' && (
          <p>
            <a href={addressOf({ name: 'start', group: groupId })}>Import the mended file into this group</a>
          </p>
        )}
        <Actions task={task} may={may} again={again} />
      </section>
      {task.state === 'final' && <Failures task={task} />}
      <div class="columns">
        <Timeline task={task} nowMs={nowMs} />
        <About task={task} groupId={groupId} />
      </div>
      {task.state === 'final' && <DefinitionCard task={task} />}
      {task.label !== undefined && <LabelCard label={task.label} taskId={task.task_id} />}
      {groupId !== undefined && <GroupCard groupId={groupId} task={task} nowMs={nowMs} />}
      <Raw answer={raw} />
    </>
  );
}

/** How it went, and what helps. */
function Outcome({ task }: { task: Task }) {
  const error = task.state === 'final' ? task.error : task.last_error;
  const counts = task.state === 'final' ? countWords(task.summary) : '';
  const help = task.state === 'final' ? helpFor(task) : error?.help;
  return (
    <>
      {counts && <p>{counts}</p>}
      {error && (
        <p>
          {task.state === 'pending' && 'The last poll failed. '}
          <strong>{error.code}</strong> {errorWords({ code: '', message: error.message })}
        </p>
      )}
      {task.state === 'final' && <Unread task={task} />}
      {warningsOf.get(task.task_id)?.map((warning) => (
        <p key={warning} class="note">
          {warning}
        </p>
      ))}
      {help && <p class="help">{help}</p>}
    </>
  );
}

/** Without the call that watches it again: the page has a form for that. */
function helpFor({ help, task_id: id }: FinalTask): string | undefined {
  return help?.replace(watchAgainHelp(`POST /tasks/${id}/watch`), '').trim();
}

/** Of a result that Huawei Cloud sent and nobody understood: why, and where the whole is. */
function Unread({ task: { result } }: { task: FinalTask }) {
  const kind = result.kind === 'stored' ? result.kind_stored : result.kind;
  if (kind !== 'raw') return null;
  const reason = result.kind === 'raw' ? ` (${result.reason})` : '';
  const place = result.kind === 'stored' ? '“Download the result”' : '“As the API answers it”';
  return (
    <p>
      The result could not be read{reason}: see {place} for what Huawei Cloud sent.
    </p>
  );
}

function About({ task, groupId }: { task: Task; groupId: string | undefined }) {
  const { run_url: runUrl, ...context } = task.context ?? {};
  const error = task.state === 'final' ? task.error : task.last_error;
  return (
    <section class="card" aria-label="About the task">
      <h2>About</h2>
      <Facts
        rows={[
          ['CI run', runUrl && <Link url={runUrl} />],
          ['Gateway', <CopyId key="id" id={task.instance_id} isWhole />],
          ['Project', <CopyId key="id" id={task.project_id} isWhole />],
          ['API group', groupId && <CopyId key="id" id={groupId} isWhole />],
          ['Group name', task.group_name],
          ['Profile', task.profile],
          ['File', task.file && `${task.file.name}, ${task.file.size_bytes.toLocaleString()} bytes`],
          ['Environment', task.environment_id],
          ['Published to', task.publish_to],
          ['Callback', task.callback_origin],
          ['Watch', task.watch && `the ${task.watch}. of this task`],
          ['Huawei request', error?.request_id],
          ['HTTP status', error?.http_status],
          ...Object.entries(context),
        ]}
      />
    </section>
  );
}

/** Only http(s) is a link: a context can say anything. */
function Link({ url }: { url: string }) {
  if (!/^https?:\/\//i.test(url)) return <>{url}</>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {url}
    </a>
  );
}

/** The answer of the API, with names for the characters that cannot be seen; written when it is opened. */
function Raw({ answer }: { answer: unknown }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="card" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>As the API answers it</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it */}
      <pre tabIndex={0}>{isOpen && escapeUnseen(JSON.stringify(answer, null, 2))}</pre>
    </details>
  );
}
