import { type AlertText, alertText } from '../../functions/messages/alert.ts';
import { type Alert, composeAlerts } from '../../functions/messages/digest.ts';
import { type TaskEventOptions, toNotice } from '../../functions/messages/task-event.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';

/** The alert of one stored result. */
export function alertOf(result: TaskResult, options: TaskEventOptions = {}): AlertText {
  return alertText(toNotice(result, options));
}

/** The alerts of a publishing round. */
export function alertsOf(results: TaskResult[], options: TaskEventOptions = {}): (Alert & { taskIds: string[] })[] {
  const composed = composeAlerts(results.map((result) => toNotice(result, options)));
  return composed.map(({ message, taskIds }) => ({ ...message, taskIds }));
}
