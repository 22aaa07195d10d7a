import type { PendingTask } from '../tasks/task.ts';
import { concludeTask } from './conclude-task.ts';
import { keepError, noteEnd, noteFault, type Observing } from './note-poll.ts';
import { resultOf } from './result-of.ts';
import { endJob, type Job, noteMissed, noteNext, type Pass } from './sweep-pass.ts';
import { turnsOf } from './sweep-report.ts';

const NO_TURN = { kind: 'no_turn' } as const;

/** Polls one task of a sweep and handles what it learned. Never rejects: a task's trouble is kept with the sweep's. */
export async function pollTask({ pass, task }: Job): Promise<void> {
  const { deps, span, troubles } = pass;
  const allowance = deps.budget.open();
  try {
    const { untilMs, signal } = span;
    const observed = signal?.aborted ? NO_TURN : await deps.observe(task, { untilMs, allowance, signal });
    if (observed.kind === 'observed') await handleObservation(pass, task, observed);
    else noteMissed(pass, task);
  } catch (error) {
    deps.log.error('task not handled', { task_id: task.taskId, error });
    troubles.add(error);
    noteNext(pass, task);
  } finally {
    allowance.release();
    endJob(pass, task);
  }
}

async function handleObservation(pass: Pass, task: PendingTask, observed: Observing): Promise<void> {
  const { deps, report } = pass;
  const { observation } = observed;
  report.polled += 1;
  turnsOf(report, task.profile).polled += 1;
  deps.metrics.add('Polls', observed.requests);
  noteFault(pass, task, observed);
  const nowMs = deps.clock.now();
  const conclusion = concludeTask(task, observation, nowMs);
  if (conclusion.kind === 'over') {
    const isOurs = await pass.round.add(resultOf(task, { ...deps, conclusion, nowMs }));
    if (isOurs) noteEnd(deps, task, { outcome: conclusion.outcome, nowMs });
    else noteNext(pass, task);
    return;
  }
  noteNext(pass, task);
  if (conclusion.heard) deps.pending.noteHeard(task.taskId, conclusion.heard);
  await keepError(deps, task, observation);
}
