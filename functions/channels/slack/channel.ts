import * as z from 'zod/mini';
import { byUrgency, DIGEST_ABOVE } from '../../messages/digest.ts';
import type { Clock } from '../../tasks/ports.ts';
import type { Answer, NamedChannel } from '../channel.ts';
import { judgeRefusal, type PostLimits, postToService, serviceUrl } from '../http-post.ts';
import type { ChatPost, Shown } from '../pages.ts';
import type { SlackMessage } from './blocks.ts';
import { renderSlackDigest } from './digest.ts';
import { renderSlackMessage } from './message.ts';

/** Slack accepts one message a second from a webhook, with short bursts. */
const PACE_MS = 1_000;
/** Slack answers with one word such as `no_service`; anything longer is not Slack's, and not for a log. */
const SLACK_WORD = /^[a-z][a-z_]{2,60}$/;
/** Nothing to show: a live webhook refuses it with 400, and no message appears. */
const EMPTY_MESSAGE = { text: '', blocks: [] };

/** A channel's entry in the secret: the URL of an incoming webhook. It is a secret. */
export const slackEntry = z.strictObject({ type: z.literal('slack'), url: serviceUrl });

export type SlackChannelOptions = { name: string; url: string; clock: Pick<Clock, 'now'> };

/** An incoming webhook: a message each for a few events, a digest for many. */
export function createSlackChannel({ name, url, clock }: SlackChannelOptions): NamedChannel {
  return {
    kind: 'slack',
    name,
    title: `Slack channel ${name}`,
    paceMs: PACE_MS,
    render: renderSlackPosts,
    post: (message, timeoutMs) => postToSlack(url, message as SlackMessage, { clock, timeoutMs }),
    probe: async (timeoutMs) =>
      judgeRefusal(await postToSlack(url, EMPTY_MESSAGE, { clock, timeoutMs }), {
        service: 'Slack',
        fix: 'create a new webhook in Slack and put its URL in the channels secret',
      }),
    repair: {
      gone: 'The channel or its webhook no longer exists. Create a new webhook and put its URL in the channels secret.',
      refused:
        'Slack rejected the message itself. That is a bug in the notifier; please report it, and install the fix.',
    },
  };
}

/** The messages to one channel for a batch: one each for a few events, a digest for more than `DIGEST_ABOVE`. */
export function renderSlackPosts<T extends Shown>(items: T[]): ChatPost<T, SlackMessage>[] {
  const sorted = items.toSorted((one, other) => byUrgency(one.event, other.event));
  if (items.length > DIGEST_ABOVE) return renderSlackDigest(sorted);
  return sorted.map((item) => ({ message: renderSlackMessage(item.event, item.mention), items: [item] }));
}

export function postToSlack(url: string, message: SlackMessage, limits: PostLimits): Promise<Answer> {
  const wordOf = (answer: string) => (SLACK_WORD.test(answer.trim()) ? answer.trim() : '');
  return postToService({ url, body: message, wordOf }, limits);
}
