import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { NamedChannel } from '../../functions/channels/channel.ts';
import { openChannels, parseRouting } from '../../functions/channels/routing.ts';
import { postToWebhook } from '../../functions/channels/webhook/post.ts';
import { makeEvent, PARTIAL } from '../../generate/sample-events.ts';
import { eventProblems } from './pagerduty/event-oracle.ts';
import { cardProblems } from './teams/card-oracle.ts';

type Answered = { status: number; body?: string; headers?: Record<string, string> };

const KEY = 'a'.repeat(32);
const SECRET = 'sig=very-secret';

/** A service on loopback that gives one answer, and the channel of a kind that posts to it. */
async function startService(kind: 'slack' | 'teams' | 'pagerduty', { status, body = '', headers = {} }: Answered) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?${SECRET}`;
  const entry = kind === 'pagerduty' ? { type: kind, routing_key: KEY, url } : { type: kind, url };
  const channels = openChannels(parseRouting({ channels: { ops: entry } }), { now: () => 0 });
  return {
    bodies,
    url,
    channel: channels.get('ops') as NamedChannel,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const flow = (code: string) => JSON.stringify({ error: { code, message: `The workflow at ${SECRET} …` } });
const invalid = (error: string) =>
  JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors: [error] });

/** Kind, answer, and what becomes of the message: `unavailable` is tried again for 24 hours, the others are dead letters. */
const TABLE = [
  ['slack', { status: 200, body: 'ok' }, 'delivered', undefined],
  ['slack', { status: 400, body: 'invalid_payload' }, 'refused', 'HTTP 400 invalid_payload'],
  ['slack', { status: 400, body: 'invalid_blocks' }, 'refused', 'HTTP 400 invalid_blocks'],
  ['slack', { status: 403, body: 'action_prohibited' }, 'gone', 'HTTP 403 action_prohibited'],
  ['slack', { status: 403, body: 'invalid_token' }, 'gone', 'HTTP 403 invalid_token'],
  ['slack', { status: 404, body: 'channel_not_found' }, 'gone', 'HTTP 404 channel_not_found'],
  ['slack', { status: 404, body: 'no_service' }, 'gone', 'HTTP 404 no_service'],
  ['slack', { status: 410, body: 'channel_is_archived' }, 'gone', 'HTTP 410 channel_is_archived'],
  ['slack', { status: 429, headers: { 'retry-after': '7' } }, 'unavailable', 'throttled'],
  ['slack', { status: 500, body: 'rollup_error' }, 'unavailable', 'HTTP 500 rollup_error'],
  ['teams', { status: 202 }, 'delivered', undefined],
  ['teams', { status: 200 }, 'delivered', undefined],
  [
    'teams',
    { status: 400, body: flow('TriggerInputSchemaMismatch') },
    'refused',
    'HTTP 400 TriggerInputSchemaMismatch',
  ],
  ['teams', { status: 400, body: flow('WorkflowTriggerIsNotEnabled') }, 'gone', 'HTTP 400 WorkflowTriggerIsNotEnabled'],
  [
    'teams',
    { status: 401, body: flow('DirectApiAuthorizationRequired') },
    'gone',
    'HTTP 401 DirectApiAuthorizationRequired',
  ],
  ['teams', { status: 403 }, 'gone', 'HTTP 403'],
  ['teams', { status: 404, body: flow('WorkflowNotFound') }, 'gone', 'HTTP 404 WorkflowNotFound'],
  ['teams', { status: 413 }, 'refused', 'HTTP 413'],
  ['teams', { status: 429, headers: { 'retry-after': '7' } }, 'unavailable', 'throttled'],
  ['teams', { status: 502, body: flow('NoResponse') }, 'unavailable', 'HTTP 502 NoResponse'],
  ['teams', { status: 503, body: `<html>${SECRET}</html>` }, 'unavailable', 'HTTP 503'],
  ['pagerduty', { status: 202, body: '{"status":"success"}' }, 'delivered', undefined],
  ['pagerduty', { status: 400, body: invalid("'payload.severity' is invalid") }, 'refused', 'HTTP 400 invalid event'],
  [
    'pagerduty',
    { status: 400, body: invalid("Length of 'routing_key' is incorrect") },
    'gone',
    'HTTP 400 invalid event',
  ],
  ['pagerduty', { status: 403 }, 'gone', 'HTTP 403'],
  ['pagerduty', { status: 404 }, 'gone', 'HTTP 404'],
  ['pagerduty', { status: 429 }, 'unavailable', 'throttled'],
  ['pagerduty', { status: 500 }, 'unavailable', 'HTTP 500'],
  ['pagerduty', { status: 302, headers: { location: '/' } }, 'unavailable', 'network error'],
] as const;

const KINDS = { Slack: 'slack', Teams: 'teams', PagerDuty: 'pagerduty', 'your webhook': 'webhook' } as const;
const WORDS: Record<string, string> = { later: 'unavailable' };

/** The cells of the table in docs/channels.md that stand for an answer: kind, status, word in the answer, what happens. */
function documentedAnswers(): [keyof typeof KINDS, number, string, string][] {
  const page = readFileSync(new URL('../../docs/channels.md', import.meta.url), 'utf8');
  const [, head = '', rows = ''] = /^(\| answer \|.*)\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const kinds = cellsOf(head).slice(1) as (keyof typeof KINDS)[];
  return rows
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [answer = '', ...ends] = cellsOf(row);
      const statuses = [...answer.matchAll(/\b\d{3}\b/g)].map(([status]) => Number(status));
      const word = /`(\w+)`/.exec(answer)?.[1] ?? '';
      return statuses.flatMap((status) =>
        kinds.flatMap((kind, n): [keyof typeof KINDS, number, string, string][] =>
          ends[n] ? [[kind, status, word, ends[n]]] : [],
        ),
      );
    });
}

const cellsOf = (row: string) =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** An answer's body as the service writes it. */
function bodyOf(kind: (typeof KINDS)[keyof typeof KINDS], word: string): string {
  if (kind === 'teams') return word === '' ? '' : flow(word);
  return kind === 'pagerduty'
    ? invalid(word === 'routing_key' ? "'routing_key' is invalid" : "'payload' is invalid")
    : word;
}

describe('the table of docs/channels.md', () => {
  const answers = documentedAnswers();

  it('has an end for every kind and answer', () => expect(answers.length).toBeGreaterThan(60));

  it.each(answers)('%s: %i %s ends as %s', async (title, status, word, end) => {
    const kind = KINDS[title];
    const headers = { ...(status === 302 && { location: '/' }) };
    await using service = await startService(kind === 'webhook' ? 'slack' : kind, {
      status,
      body: bodyOf(kind, word),
      headers,
    });
    const { channel, url } = service;
    const [post] = channel.render([{ event: makeEvent(PARTIAL), body: '' }]);
    const limits = { clock: { now: () => 0 }, timeoutMs: 5_000, allowLoopback: true };
    const answer =
      kind === 'webhook'
        ? await postToWebhook({ url, headers: {}, body: '{}' }, limits)
        : await channel.post(post?.message, 5_000);
    expect(answer.kind).toBe(WORDS[end] ?? end);
  });
});

describe('each documented answer', () => {
  it.each(TABLE)('%s %j is %s (%s)', async (kind, answered, expected, reason) => {
    await using service = await startService(kind, answered);
    const { channel, bodies } = service;
    const [post] = channel.render([{ event: makeEvent(PARTIAL), body: '' }]);
    const answer = await channel.post(post?.message, 5_000);
    expect(answer.kind).toBe(expected);
    expect('reason' in answer ? answer.reason : undefined).toBe(reason);
    expect(JSON.stringify(answer)).not.toContain('secret');
    const [body = ''] = bodies;
    if (kind === 'pagerduty') expect(eventProblems(body)).toEqual([]);
    if (kind === 'teams') expect(cardProblems(JSON.parse(body).attachments[0].content)).toEqual([]);
  });

  it.each(['slack', 'teams', 'pagerduty'] as const)('%s that never answers times out', async (kind) => {
    const server = createServer(() => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const entry = kind === 'pagerduty' ? { type: kind, routing_key: KEY, url } : { type: kind, url };
    const channel = openChannels(parseRouting({ channels: { ops: entry } }), { now: () => 0 }).get('ops');
    expect(await channel?.post({}, 50)).toEqual({ kind: 'unavailable', reason: 'timed out' });
    server.closeAllConnections();
    server.close();
  });
});
