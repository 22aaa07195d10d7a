import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, it } from 'vitest';
import { smtpCheck } from '../../doctor/check-channels.ts';

/** A mail server on loopback that sends for addresses of example.com alone, and is never given a mail. */
async function startServer() {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onMailFrom: ({ address }, _session, done) =>
      done(address === '' || address.endsWith('@example.com') ? null : new Error('who are you?')),
    onData: (stream, _session, done) => {
      mails.push('a mail');
      stream.resume().on('end', done);
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    mails,
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

it.each([
  ['apig@example.com', { level: 'ok', message: expect.stringContaining('the sender apig@example.com') }],
  [undefined, { level: 'warn', message: expect.stringContaining('no sender'), fix: 'set ALERT_FROM' }],
  ['apig@localhost', { level: 'fail', message: expect.stringContaining('for ops@example.com') }],
])('the doctor asks the mail server about the sender %s, and sends nothing', async (sender, finding) => {
  await using server = await startServer();
  const findings = await smtpCheck(server.url, { recipients: ['ops@example.com'], sender }).run();
  expect(findings).toMatchObject([finding]);
  expect(server.mails).toEqual([]);
});
