import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startChild } from '../../bench/child.ts';
import type { NotifyRequest } from '../../bench/notify/notify-process.ts';
import type { Received } from '../../bench/notify/receiver-process.ts';

const COMPLETIONS = 2_000;
const benchModule = (name: string) => new URL(`../../bench/notify/${name}`, import.meta.url);

describe('what 2,000 ends cost in messages', () => {
  let receiver: Child;
  let teller: Child;
  beforeAll(() => {
    receiver = startChild(benchModule('receiver-process.ts'));
    teller = startChild(benchModule('notify-process.ts'));
  });
  afterAll(() => Promise.all([receiver.stop(), teller.stop()]));

  /** What arrived at SNS and Slack, from `perRound` ends at a time. */
  async function tell(kind: NotifyRequest['kind'], perRound: number): Promise<Omit<Received, 'url'>> {
    const { url } = await receiver.ask<Received>({});
    await teller.ask({ kind, url, perRound, completions: COMPLETIONS } satisfies NotifyRequest);
    const { url: _, ...received } = await receiver.ask<Received>({});
    return received;
  }

  it.each([100, COMPLETIONS])('is an event an end, ten in every PublishBatch, at %i ends a sweep', async (perRound) => {
    expect(await tell('events', perRound)).toEqual({ snsRequests: 200, snsMessages: COMPLETIONS, slackPosts: 0 });
  });

  it('is one alert a sweep, however many ended in it', async () => {
    expect(await tell('alerts', 100)).toEqual({ snsRequests: 20, snsMessages: 20, slackPosts: 0 });
    expect(await tell('alerts', COMPLETIONS)).toEqual({ snsRequests: 1, snsMessages: 1, slackPosts: 0 });
  });

  it('is one Slack post for each batch of the queue', async () => {
    expect(await tell('slack', 100)).toEqual({ snsRequests: 0, snsMessages: 0, slackPosts: 20 });
  });
});
