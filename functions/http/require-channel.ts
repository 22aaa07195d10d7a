import { WEBHOOK_CHANNEL } from '../channels/delivery.ts';
import type { TaskResult } from '../tasks/result.ts';
import type { TasksApiDeps } from './deps.ts';
import { HttpProblem } from './problem.ts';
import { invalid } from './validate.ts';

/** Passes a channel that a result can be sent to as far as the API knows; 400 or 409 for one that it cannot. */
export function requireChannel(deps: TasksApiDeps, { taskId, callbackUrl }: TaskResult, channel: string): void {
  if (channel !== WEBHOOK_CHANNEL) requireSlackChannel(deps, channel);
  else if (deps.areWebhooksOff) throw refused('names webhooks, and they are off in this deployment');
  else if (callbackUrl === undefined) {
    throw new HttpProblem(409, `Task "${taskId}" asked for no webhook.`, { kind: 'no-webhook' });
  }
}

function requireSlackChannel({ slackChannels: known }: TasksApiDeps, channel: string): void {
  if (known === undefined || known.includes(channel)) return;
  if (known.length === 0) throw refused('names a Slack channel, and Slack is off in this deployment');
  throw refused(`is not a channel here: there is ${[...known, WEBHOOK_CHANNEL].join(', ')}`);
}

function refused(detail: string): HttpProblem {
  return invalid([{ pointer: '#/channel', detail }]);
}
