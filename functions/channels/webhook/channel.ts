import { createHmac } from 'node:crypto';
import QuickLru from 'quick-lru';
import type { Clock, MetricSink, TaskResultStore } from '../../tasks/ports.ts';
import { type Channel, type Router, WEBHOOK_CHANNEL } from '../channel.ts';
import { postToWebhook, TIMED_OUT } from './post.ts';
import { type ProfileSigningKeys, receiverKey, type SigningKeys, signingKeysOf } from './settings.ts';

export type CallbackDeps = {
  results: Pick<TaskResultStore, 'get'>;
  /** The keys as of now; rejects when the secret cannot be read, and then the record comes back later. */
  signingKeys(): Promise<ProfileSigningKeys>;
  allowLoopback: boolean;
  metrics: MetricSink;
  clock: Pick<Clock, 'now'>;
  /** For signatures, which receivers compare with their own time. Default: `clock`. */
  signingClock?: Pick<Clock, 'now'>;
};

/** Until when (epoch milliseconds) a receiver is not asked, by its origin. */
type Resting = QuickLru<string, number>;

/** A receiver that did not answer in time is left alone so long: a batch of its events would hold up all others. */
const REST_MS = 30_000;
const RESTING = 'the receiver did not answer a moment ago';

/** Routes each event to the callback URL that its result holds. */
export function createCallbackRouter(deps: CallbackDeps): Router {
  const resting: Resting = new QuickLru({ maxSize: 500 });
  return {
    async route({ data: { task_id: taskId } }, only = WEBHOOK_CHANNEL) {
      const result = only === WEBHOOK_CHANNEL ? await deps.results.get(taskId) : undefined;
      if (result?.callbackUrl === undefined) return { kind: 'to', destinations: [] };
      const signing = signingKeysOf(await deps.signingKeys(), result.profile);
      return {
        kind: 'to',
        destinations: [{ channel: createWebhookChannel(result.callbackUrl, signing, { ...deps, resting }) }],
      };
    },
  };
}

type SignedMessage = { id: string; body: string };

/** One receiver: the event byte for byte, signed for each attempt; nothing is ever sent unsigned. */
function createWebhookChannel(url: string, signing: SigningKeys, deps: CallbackDeps & { resting: Resting }): Channel {
  const { host = 'unknown', origin = '' } = URL.parse(url) ?? {};
  const keys = signing.kind === 'keys' ? signing.keys.map((key) => receiverKey(key, origin)) : [];
  return {
    ...{ kind: 'webhook', name: WEBHOOK_CHANNEL, title: `Webhook ${host}`, host },
    render: (items) => items.map((item) => ({ message: { id: item.event.id, body: item.body }, items: [item] })),
    async post(message, timeoutMs) {
      const { id, body } = message as SignedMessage;
      if (signing.kind === 'unusable') {
        deps.metrics.add('WebhookUnsigned', 1);
        return { kind: 'refused', reason: signing.reason };
      }
      const headers = {
        ...signWebhook({ id, body, atMs: (deps.signingClock ?? deps.clock).now() }, keys),
        'content-type': 'application/cloudevents+json',
        'user-agent': 'apig-task-notifier',
      };
      if (deps.clock.now() < (deps.resting.get(origin) ?? 0)) return { kind: 'unavailable', reason: RESTING };
      const answer = await postToWebhook({ url, headers, body }, { ...deps, timeoutMs });
      if (answer.kind === 'unavailable' && answer.reason === TIMED_OUT)
        deps.resting.set(origin, deps.clock.now() + REST_MS);
      return answer;
    },
  };
}

export type WebhookMessage = {
  /** The same at every attempt: receivers recognise repeats by it. */
  id: string;
  body: string;
  /** When this attempt is made; receivers refuse a time that is minutes off. */
  atMs: number;
};

/** The headers of one attempt by Standard Webhooks 1.0, with a signature per key, newest key first. */
export function signWebhook({ id, body, atMs }: WebhookMessage, keys: readonly Buffer[]): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = keys.map((key) => {
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
    return `v1,${digest}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
