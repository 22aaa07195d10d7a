import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { checkChannels, smtpCheck } from '../../doctor/check-channels.ts';
import { openChannels, parseRouting } from '../../functions/channels/routing.ts';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { type Answer, startSlackServer } from '../channels/slack/slack-server.ts';

async function askSlack(answer: Answer) {
  await using server = await startSlackServer();
  server.answerWith('ops', answer);
  const findings = await checkChannels(
    openChannels(parseRouting({ channels: { ops: server.url('ops') } }), systemClock).values(),
  );
  expect(server.received).toHaveLength(1);
  expect(JSON.stringify(findings)).not.toContain('secret-ops');
  return findings[0];
}

describe('a Slack webhook', () => {
  it.each([
    ['no_text', 400],
    ['invalid_payload', 400],
    ['invalid_blocks', 400],
  ])('is alive when it answers %s', async (body, status) => {
    expect(await askSlack({ status, body })).toMatchObject({ check: 'slack ops', level: 'ok' });
  });

  it('is alive when it asks for patience', async () => {
    expect(await askSlack({ status: 429, headers: { 'retry-after': '30' } })).toMatchObject({ level: 'ok' });
  });

  it.each([
    ['no_service', 404],
    ['channel_is_archived', 410],
    ['invalid_token', 403],
  ])('is dead when it answers %s', async (body, status) => {
    expect(await askSlack({ status, body })).toMatchObject({
      level: 'fail',
      message: `dead: HTTP ${status} ${body}`,
      fix: expect.stringContaining('Slack secret'),
    });
  });

  it.each([
    ['a reset connection', 'reset' as const],
    ['a server error', { status: 503 }],
  ])('fails for %s', async (_, answer) => {
    expect(await askSlack(answer)).toMatchObject({ level: 'fail', message: expect.stringMatching(/^does not answer/) });
  });

  it('is suspect when it takes an empty message', async () => {
    expect(await askSlack({ status: 200, body: 'ok' })).toMatchObject({ level: 'warn' });
  });
});

describe('a mail server', () => {
  async function startSmtp(refuses?: string) {
    const refusal = Object.assign(new Error('no'), { responseCode: 550 });
    const mails: unknown[] = [];
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      onAuth: ({ password }, _session, done) =>
        done(password === 'right-password' ? null : new Error('no'), { user: 'u' }),
      onMailFrom: ({ address }, _session, done) => done(address === refuses ? refusal : null),
      onRcptTo: ({ address }, _session, done) => done(address === refuses ? refusal : null),
      onData: (stream, _session, done) => {
        mails.push(stream.resume());
        done();
      },
    });
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    const close = () => new Promise<void>((resolve) => server.close(resolve));
    return {
      url: (password: string) => `smtp://user:${password}@127.0.0.1:${port}`,
      mails,
      [Symbol.asyncDispose]: close,
    };
  }

  it('is signed in to, and gets no mail', async () => {
    await using server = await startSmtp();
    expect(await smtpCheck(server.url('right-password'), ['a@example.com', 'B <b@example.com>']).run()).toMatchObject([
      { level: 'ok' },
    ]);
    expect(server.mails).toEqual([]);
  });

  it('that refuses the password is told by its code, without the password', async () => {
    await using server = await startSmtp();
    const findings = await smtpCheck(server.url('wrong-password'), ['a@example.com']).run();
    expect(findings).toMatchObject([{ level: 'fail', message: 'EAUTH 535', fix: expect.stringContaining('SMTP_URL') }]);
    expect(JSON.stringify(findings)).not.toContain('wrong-password');
  });

  it.each([
    ['the sender', 'apig-task-notifier@localhost', ['a@example.com', 'b@example.com']],
    ['one recipient', 'b@example.com', ['b@example.com']],
  ])('that refuses %s is no working one, though it accepts the login', async (_, refuses, named) => {
    await using server = await startSmtp(refuses);
    const findings = await smtpCheck(server.url('right-password'), ['a@example.com', 'b@example.com']).run();
    expect(findings).toMatchObject(
      named.map((address) => ({ level: 'fail', message: `EENVELOPE 550 for ${address}` })),
    );
    expect(server.mails).toEqual([]);
  });
});
