import * as z from 'zod/mini';
import { isFields, parseJson } from '../../tasks/json.ts';
import type { Clock } from '../../tasks/ports.ts';
import type { NamedChannel } from '../channel.ts';
import { judgeRefusal, type PostLimits, postToService, serviceUrl } from '../http-post.ts';
import { type PagerDutyEvent, renderPagerDutyPosts } from './event.ts';

/** An integration takes 120 events a minute. */
const PACE_MS = 500;
const ENDPOINT = 'https://events.pagerduty.com/v2/enqueue';

const ROUTING_KEY = z.string().check(z.regex(/^[A-Za-z0-9]{32}$/, { error: 'must be 32 letters and digits' }));

/** A channel's entry in the secret: the integration key of a service (Events API v2); `url` for accounts in the EU. */
export const pagerDutyEntry = z.strictObject({
  type: z.literal('pagerduty'),
  routing_key: ROUTING_KEY,
  url: z._default(serviceUrl, ENDPOINT),
});

export type PagerDutyChannelOptions = { name: string; routing_key: string; url: string; clock: Pick<Clock, 'now'> };

/** A service of PagerDuty: a task that did not succeed opens an incident of its label, the label's next success resolves it. */
export function createPagerDutyChannel(options: PagerDutyChannelOptions): NamedChannel {
  const { name, routing_key, url, clock } = options;
  const post = (event: object, limits: PostLimits) =>
    postToService({ url, body: { routing_key, ...event }, wordOf, isGone }, limits);
  return {
    kind: 'pagerduty',
    name,
    title: `PagerDuty service ${name}`,
    paceMs: PACE_MS,
    render: renderPagerDutyPosts,
    post: (event, timeoutMs) => post(event as PagerDutyEvent, { clock, timeoutMs }),
    probe: async (timeoutMs) =>
      judgeRefusal(await post({}, { clock, timeoutMs }), {
        service: 'PagerDuty',
        fix: 'take the integration key of the service again and put it in the channels secret',
      }),
    repair: {
      gone: 'PagerDuty does not know the integration key. Take the key of an Events API v2 integration and put it in the channels secret.',
      refused:
        'PagerDuty rejected the event itself. That is a bug in the notifier; please report it, and install the fix.',
    },
  };
}

/** PagerDuty answers 400 to a wrong key too, and says in `errors` that it means the key. */
function isGone(answer: string): boolean {
  return /routing_?key/i.test(errorsOf(answer));
}

/** Its own words could repeat what was sent, so only its status is passed on. */
function wordOf(answer: string): string {
  const body = parseJson(answer);
  return isFields(body) && body.status === 'invalid event' ? 'invalid event' : '';
}

function errorsOf(answer: string): string {
  const body = parseJson(answer);
  return isFields(body) && Array.isArray(body.errors) ? body.errors.join(' ') : '';
}
