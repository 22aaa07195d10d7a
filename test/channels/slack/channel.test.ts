import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { postToSlack } from '../../../functions/channels/slack/channel.ts';
import { createFakeClock, START_MS } from '../../support/fixtures.ts';
import { type Answer, startSlackServer } from './slack-server.ts';

const MESSAGE = { text: 'hello – wörld 😀', blocks: [] };
const TIMEOUT_MS = 5_000;

async function postTo(answer: Answer, timeoutMs = TIMEOUT_MS) {
  await using server = await startSlackServer();
  server.answerWith('ops', answer);
  const options = { clock: createFakeClock(), timeoutMs };
  return { answer: await postToSlack(server.url('ops'), MESSAGE, options), received: server.received };
}

describe('a Slack webhook', () => {
  it('gets the message as UTF-8 JSON', async () => {
    const { answer, received } = await postTo({ status: 200, body: 'ok' });
    expect(answer).toEqual({ kind: 'delivered', httpStatus: 200 });
    expect(received).toEqual([
      { path: '/services/T0/B0/secret-ops', contentType: 'application/json; charset=utf-8', body: MESSAGE },
    ]);
  });

  it.each([
    [400, 'invalid_blocks', 'refused'],
    [400, 'invalid_payload', 'refused'],
    [403, 'action_prohibited', 'gone'],
    [403, 'invalid_token', 'gone'],
    [404, 'channel_not_found', 'gone'],
    [404, 'no_service', 'gone'],
    [410, 'channel_is_archived', 'gone'],
    [500, 'rollup_error', 'unavailable'],
    [503, 'service_unavailable', 'unavailable'],
  ])('that answers %i %s is %3$s', async (status, body, kind) => {
    const withStatus = kind === 'unavailable' ? {} : { httpStatus: status };
    expect((await postTo({ status, body })).answer).toEqual({ kind, ...withStatus, reason: `HTTP ${status} ${body}` });
  });

  it.each([
    ['30', 30_000],
    [new Date(START_MS + 12_000).toUTCString(), 12_000],
    ['soon', 1_000],
  ])('that says to retry after %s is throttled', async (value, retryAfterMs) => {
    const { answer } = await postTo({ status: 429, body: 'rate_limited', headers: { 'retry-after': value } });
    expect(answer).toEqual({ kind: 'unavailable', reason: 'throttled', retryAfterMs });
  });

  it('is throttled for a second where it does not say how long', async () => {
    const throttled = { kind: 'unavailable', reason: 'throttled', retryAfterMs: 1_000 };
    expect((await postTo({ status: 429 })).answer).toEqual(throttled);
  });

  it('repeats only words of Slack, and nothing else that an answer holds', async () => {
    const body = 'No service at https://hooks.slack.com/services/T0/B0/secret';
    const gone = { kind: 'gone', httpStatus: 404, reason: 'HTTP 404' };
    expect((await postTo({ status: 404, body })).answer).toEqual(gone);
    expect((await postTo({ status: 404, body: 'a'.repeat(100_000) })).answer).toEqual(gone);
  });

  it('that redirects is not followed', async () => {
    const { answer, received } = await postTo({ status: 307, headers: { location: '/elsewhere' } });
    expect(answer).toEqual({ kind: 'unavailable', reason: 'network error' });
    expect(received).toHaveLength(1);
  });

  it('that never answers times out', async () => {
    expect((await postTo('never', 40)).answer).toEqual({ kind: 'unavailable', reason: 'timed out' });
  });

  it('that hangs up is unavailable', async () => {
    expect((await postTo('reset')).answer).toEqual({
      kind: 'unavailable',
      reason: expect.stringMatching(/^network error/),
    });
  });

  it('that is not there is unavailable, and its URL is in no reason', async () => {
    const port = await findClosedPort();
    const options = { clock: createFakeClock(), timeoutMs: TIMEOUT_MS };
    const answer = await postToSlack(`http://127.0.0.1:${port}/secret`, MESSAGE, options);
    expect(answer).toEqual({ kind: 'unavailable', reason: 'network error ECONNREFUSED' });
  });
});

async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
