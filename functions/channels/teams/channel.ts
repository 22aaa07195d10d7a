import * as z from 'zod/mini';
import { isFields, parseJson } from '../../tasks/json.ts';
import type { Clock } from '../../tasks/ports.ts';
import type { NamedChannel } from '../channel.ts';
import { judgeRefusal, type PostLimits, postToService, serviceUrl } from '../http-post.ts';
import { renderTeamsPosts } from './cards.ts';

/** Teams shows few messages a second in one conversation; a workflow above its rate answers 429. */
const PACE_MS = 1_000;
/** Power Automate's error codes, such as `WorkflowTriggerIsNotEnabled`. */
const CODE = /^[A-Z][A-Za-z]{2,60}$/;
/** It was deleted or switched off. */
const OFF = /^Workflow(?:TriggerIsNotEnabled|NotFound|IsDisabled)$/;
/** Not a message with a card: the trigger refuses it before a card could be posted. */
const EMPTY_MESSAGE = '';

/** A channel's entry in the secret: the URL of a workflow "Post to a channel when a webhook request is received". */
export const teamsEntry = z.strictObject({ type: z.literal('teams'), url: serviceUrl });

export type TeamsChannelOptions = { name: string; url: string; clock: Pick<Clock, 'now'> };

/** A Workflows webhook of Teams: a card each for a few events, one list for many. */
export function createTeamsChannel({ name, url, clock }: TeamsChannelOptions): NamedChannel {
  const post = (body: unknown, limits: PostLimits) => postToService({ url, body, wordOf: codeOf, isGone }, limits);
  return {
    kind: 'teams',
    name,
    title: `Teams channel ${name}`,
    paceMs: PACE_MS,
    render: renderTeamsPosts,
    post: (message, timeoutMs) => post(message, { clock, timeoutMs }),
    probe: async (timeoutMs) =>
      judgeRefusal(await post(EMPTY_MESSAGE, { clock, timeoutMs }), {
        service: 'Teams',
        fix: 'make a new workflow in Teams and put its URL in the channels secret',
      }),
    repair: {
      gone: 'The workflow no longer exists, is switched off, or its URL has changed. Switch it on, or make a new one and put its URL in the channels secret.',
      refused:
        'The workflow rejected the message itself. Unless somebody changed its trigger, that is a bug in the notifier; please report it.',
    },
  };
}

function isGone(answer: string): boolean {
  return OFF.test(codeOf(answer));
}

/** `{"error": {"code": "…", "message": "…"}}`; the message may repeat the address, the code cannot. */
function codeOf(answer: string): string {
  const body = parseJson(answer);
  const error = isFields(body) && isFields(body.error) ? body.error.code : undefined;
  return typeof error === 'string' && CODE.test(error) ? error : '';
}
