import type { Task } from './answers.ts';
import { reportToGithub, writeJunit } from './ci-reports.ts';
import { saveDefinition } from './definition.ts';
import { EXIT, type ExitCode, exitCodeOf, type TaskEnd, wrongUsage } from './exit.ts';
import { Interrupted } from './io.ts';
import { createProgress } from './progress.ts';
import { findOrRegister } from './register.ts';
import { print, type Session } from './session.ts';
import { startExport, startImport } from './start.ts';
import { stateWords } from './table.ts';
import { readTaskIds } from './task-ids.ts';
import { learnUsualDurations } from './usual.ts';
import { waitForTasks } from './wait.ts';
import { describeEnd } from './words.ts';

const DEFAULT_TIMEOUT_MS = 30 * 60_000;

/** `import`, `export` and `watch`: each finds its tasks, and waits for them unless `--no-wait`. */
export async function importCommand(session: Session): Promise<ExitCode> {
  const untilMs = deadlineOf(session);
  return waitUnlessTold(session, [await startImport(session, untilMs)], untilMs);
}

export async function exportCommand(session: Session): Promise<ExitCode> {
  const { values } = session;
  const file = values.text('output');
  if (file !== undefined && values.has('no-wait'))
    throw wrongUsage('--output needs the end of the export: leave --no-wait out.');
  const untilMs = deadlineOf(session);
  const task = await startExport(session, untilMs);
  const code = await waitUnlessTold(session, [task], untilMs);
  if (code === EXIT.done && file !== undefined) await saveDefinition(session, task.task_id, file);
  return code;
}

export async function watchCommand(session: Session): Promise<ExitCode> {
  const untilMs = deadlineOf(session);
  const taskIds = await readTaskIds(session.args, { stdin: session.io.stdin, note: session.note });
  return waitUnlessTold(session, await findOrRegister(session, taskIds, untilMs), untilMs);
}

/** Epoch milliseconds. Checks first what would otherwise fail after the wait. Throws `Stop`. */
function deadlineOf({ io, values }: Session): number {
  const junit = values.text('junit');
  if (junit !== undefined && !values.has('no-wait')) writeJunit(junit, []);
  return io.clock.now() + (values.duration('timeout') ?? DEFAULT_TIMEOUT_MS);
}

async function waitUnlessTold(session: Session, tasks: Task[], untilMs: number): Promise<ExitCode> {
  const { values } = session;
  if (!values.has('no-wait')) return wait(session, tasks, untilMs);
  for (const task of tasks) print(session, task, () => `${task.task_id}  ${stateWords(task)}`);
  return EXIT.done;
}

async function wait(session: Session, tasks: Task[], untilMs: number): Promise<ExitCode> {
  const { io, service } = session;
  const progress = createProgress(io, tasks);
  session.note = (text) => progress.note(text);
  void learnUsualDurations(session, tasks, progress);
  try {
    const ends = await waitForTasks(
      {
        ...{ io, service, untilMs },
        onChange: (task) => progress.update(task),
        onEnd: (end) => session.isJson && print(session, jsonOf(end), () => ''),
      },
      tasks,
    );
    progress.end();
    return report(session, ends);
  } catch (error) {
    progress.end();
    if (error instanceof Interrupted) sayHowToComeBack(session, tasks);
    throw error;
  }
}

/** A final or pending task as the API has it; of one that is not known, why. */
function jsonOf(end: TaskEnd): object {
  return 'task' in end
    ? end.task
    : { task_id: end.taskId, state: 'unknown', reason: end.kind === 'forgotten' ? 'forgotten' : end.reason };
}

function report(session: Session, ends: TaskEnd[]): ExitCode {
  const { io, name, values, args, isJson, paint } = session;
  if (!isJson) io.stdout.write(`${ends.map((end) => describeEnd(end, paint)).join('\n\n')}\n`);
  const allowPartial = values.has('allow-partial');
  reportToGithub(io, { ends, file: name === 'import' ? args[0] : undefined, allowPartial });
  const junit = values.text('junit');
  if (junit !== undefined) writeJunit(junit, ends);
  return exitCodeOf(ends, { allowPartial });
}

function sayHowToComeBack({ io }: Session, tasks: Task[]): void {
  const ids = tasks.map(({ task_id }) => task_id).join(' ');
  const [is, it] = tasks.length === 1 ? ['task goes', 'it is'] : ['tasks go', 'they are'];
  io.stderr.write(`The ${is} on, and ${it} still announced. To come back: apig-tasks watch ${ids}\n`);
}
