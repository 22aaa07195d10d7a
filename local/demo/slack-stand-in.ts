import { startReceiver } from './receiver.ts';

export type SlackStandIn = {
  webhookUrl: string;
  /** Bodies as Slack would get them, in order. */
  messages: unknown[];
  close(): void;
};

/** Accepts what is posted to an incoming webhook, on a loopback port. */
export async function startSlackStandIn(): Promise<SlackStandIn> {
  const { url, bodies, close } = await startReceiver('/services/T0/B0/demo');
  return { webhookUrl: url, messages: bodies, close };
}
