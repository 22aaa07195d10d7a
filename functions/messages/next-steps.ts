import type { Outcome } from '../names.ts';
import { canWatchAgain } from '../tasks/result.ts';

/** What to do about an outcome, in the imperative; a success needs nothing. */
const NEXT_STEPS: Record<Outcome, string | undefined> = {
  succeeded: undefined,
  partially_succeeded:
    'Fix the failed APIs in the definition, import it again (merge mode keeps what is there) and register the new task.',
  failed: 'Read the error, fix the definition or the request, start it again and register the new task.',
  expired: 'Look in the Huawei Cloud console whether the task still runs.',
  not_found: 'Check the task id, the gateway and the project: Huawei Cloud does not know this task.',
  rejected: 'Check the request and the permissions of the profile (apig:asyncTask:get and apig:instance:get).',
};

/**
 * What to do after an outcome, for every message to people: one sentence, and for ends that do not say how the task
 * went the call that watches it again. Empty for a success.
 */
export function nextSteps(outcome: Outcome, watchCall: string | undefined): string[] {
  const step = NEXT_STEPS[outcome];
  const again = canWatchAgain(outcome) && watchCall !== undefined ? [`To watch it again, send ${watchCall}`] : [];
  return step === undefined ? again : [step, ...again];
}

/** The call that watches a task again, by where its result is. */
export function watchCall(resultUrl: string): string {
  return `POST ${resultUrl}/watch`;
}
