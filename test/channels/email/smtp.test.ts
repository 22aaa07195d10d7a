import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createSmtpPublisher,
  encryptionFor,
  type SmtpPublisher,
  senderOf,
} from '../../../functions/channels/email/smtp.ts';
import type { TaskResult } from '../../../functions/tasks/result.ts';
import { burst, failedImport, goodExport, partialImport } from '../../../generate/sample-results.ts';

type Mail = { to: string[]; secure: boolean; user: string | undefined; raw: string };

const PASSWORD = 'p%40ss-w0rd-secret';
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A real SMTP server on loopback that keeps its mail. */
async function startServer(
  options: SMTPServerOptions = {},
): Promise<{ port: number; mails: Mail[]; connections(): number }> {
  const mails: Mail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onAuth: ({ username, password }, _session, done) => {
      const isKnown = username === 'night' && password === 'p@ss-w0rd-secret';
      done(isKnown ? null : new Error(`535 no such password: ${password}`), isKnown ? { user: username } : undefined);
    },
    onData: (stream, session, done) => {
      void text(stream).then((raw) => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, secure: session.secure, user: session.user as string | undefined, raw });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  cleanUps.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { port: (server.server.address() as AddressInfo).port, mails, connections: () => connections };
}

function publisherTo(url: string): SmtpPublisher {
  const publisher = createSmtpPublisher({
    url,
    recipients: ['ops@example.com', 'night@example.com'],
    publicUrl: 'https://tasks.example.com',
  });
  cleanUps.push(() => publisher.close());
  return publisher;
}

const reasonsOf = async (publisher: SmtpPublisher, results: TaskResult[] = [partialImport]) =>
  (await publisher.publish(results)).failed.map(({ reason }) => reason);

describe('createSmtpPublisher', () => {
  it('sends the alert to everybody, marked as automatic', async () => {
    const { port, mails } = await startServer();
    expect(await publisherTo(`smtp://127.0.0.1:${port}`).publish([partialImport])).toEqual({ failed: [] });
    expect(mails).toHaveLength(1);
    expect(mails[0]?.to).toEqual(['ops@example.com', 'night@example.com']);
    const header = mails[0]?.raw.split('\r\n\r\n')[0]?.replace(/\r\n\s+/g, ' ') ?? '';
    expect(header).toContain('Subject: APIG import partially succeeded: 12 created, 3 updated, 2 failed');
    expect(header).toContain('Auto-Submitted: auto-generated');
    expect(mails[0]?.raw).toContain('- POST /orders');
  });

  it('sends a burst as one digest', async () => {
    const { port, mails } = await startServer();
    expect(await publisherTo(`smtp://127.0.0.1:${port}`).publish(burst)).toEqual({ failed: [] });
    expect(mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1])).toEqual([
      expect.stringMatching(/^APIG: 8 tasks ended/),
    ]);
  });

  it('sends only the outcomes that are worth a mail', async () => {
    const { port, mails } = await startServer();
    const url = `smtp://127.0.0.1:${port}`;
    const outcomes = ['failed', 'partially_succeeded'] as const;
    const publisher = createSmtpPublisher({ url, recipients: ['ops@example.com'], outcomes });
    cleanUps.push(() => publisher.close());
    expect(await publisher.publish(burst)).toEqual({ failed: [] });
    expect(await publisher.publish([goodExport])).toEqual({ failed: [] });
    const subjects = mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1]);
    expect(subjects).toEqual([
      expect.stringMatching(/^APIG import failed/),
      expect.stringMatching(/^APIG import partially succeeded/),
    ]);
  });

  it('names the sender in envelope and header', async () => {
    const senders: string[] = [];
    const { port, mails } = await startServer({
      onMailFrom: ({ address }, _session, done) => {
        senders.push(address);
        done();
      },
    });
    const from = 'APIG <apig@example.com>';
    const publisher = createSmtpPublisher({ url: `smtp://127.0.0.1:${port}`, recipients: ['ops@example.com'], from });
    cleanUps.push(() => publisher.close());
    await publisher.publish([partialImport]);
    expect(senders).toEqual(['apig@example.com']);
    expect(mails[0]?.raw).toMatch(/^From: APIG <apig@example\.com>$/m);
  });

  it('uses one connection for a whole round', async () => {
    const { port, mails, connections } = await startServer();
    await publisherTo(`smtp://127.0.0.1:${port}`).publish([partialImport, failedImport, goodExport]);
    expect(mails).toHaveLength(3);
    expect(connections()).toBe(1);
  });

  it('signs in with user and password from the URL', async () => {
    const { port, mails } = await startServer({ authOptional: false, allowInsecureAuth: true });
    expect(await reasonsOf(publisherTo(`smtp://night:${PASSWORD}@127.0.0.1:${port}`))).toEqual([]);
    expect(mails[0]?.user).toBe('night');
  });

  it('says that a password is refused without saying which', async () => {
    const { port } = await startServer({ authOptional: false, allowInsecureAuth: true });
    const reasons = await reasonsOf(publisherTo(`smtp://night:wrong-secret@127.0.0.1:${port}`));
    expect(reasons).toEqual(['e-mail not sent: EAUTH 535']);
  });

  it('encrypts with STARTTLS where it is offered', async () => {
    const { port, mails } = await startServer({ disabledCommands: [] });
    expect(await reasonsOf(publisherTo(`smtp://127.0.0.1:${port}?tls.rejectUnauthorized=false`))).toEqual([]);
    expect(mails[0]?.secure).toBe(true);
  });

  it('does not send through a certificate that nobody vouches for', async () => {
    const { port, mails } = await startServer({ disabledCommands: [] });
    expect(await reasonsOf(publisherTo(`smtp://night:${PASSWORD}@127.0.0.1:${port}`))).toHaveLength(1);
    expect(mails).toEqual([]);
  });

  it('does not send in clear where the URL requires TLS and the server has none', async () => {
    const { port, mails } = await startServer();
    const reasons = await reasonsOf(publisherTo(`smtp://127.0.0.1:${port}?requireTLS=true`));
    expect(reasons).toEqual([expect.stringMatching(/^e-mail not sent: ETLS/)]);
    expect(mails).toEqual([]);
  });

  it('reports each task of a refused message, and sends the others', async () => {
    let data = 0;
    const { port, mails } = await startServer({
      onMailFrom: (_address, _session, done) => {
        data += 1;
        done(data === 1 ? Object.assign(new Error('try later'), { responseCode: 451 }) : null);
      },
    });
    const { failed } = await publisherTo(`smtp://127.0.0.1:${port}`).publish([partialImport, failedImport]);
    expect(failed).toEqual([{ taskId: partialImport.taskId, reason: 'e-mail not sent: EENVELOPE 451' }]);
    expect(mails).toHaveLength(1);
  });

  it('reports a server that is not there, without the URL', async () => {
    const port = await unusedPort();
    const reasons = await reasonsOf(publisherTo(`smtp://night:${PASSWORD}@127.0.0.1:${port}`), burst);
    expect(reasons).toHaveLength(burst.length);
    expect(new Set(reasons)).toEqual(new Set(['e-mail not sent: ESOCKET']));
  });

  it.each(['https://night:secret@example.com', 'not a URL: secret'])(
    'refuses %s as a URL, and does not repeat it',
    (url) => {
      const start = () => createSmtpPublisher({ url, recipients: ['ops@example.com'] });
      expect(start).toThrow('SMTP_URL must start with smtp:// or smtps://');
      expect(start).not.toThrow(/secret/);
    },
  );
});

describe('senderOf', () => {
  it.each([
    ['smtp://ops%40example.com:pw@mail.example.com', undefined, 'APIG task notifier <ops@example.com>'],
    ['smtp://ops%40example.com:pw@mail.example.com', 'Ops <o@example.com>', 'Ops <o@example.com>'],
    ['smtp://ops:pw@mail.example.com', undefined, undefined],
    ['smtp://mail.example.com', 'o@example.com', 'o@example.com'],
  ])('of %s with ALERT_FROM %s is %s', (url, from, sender) => {
    expect(senderOf(url, from)).toBe(sender);
  });
});

describe('encryptionFor', () => {
  it.each([
    ['smtp://mail.example.com', {}],
    ['smtp://night:secret@mail.example.com:587', { requireTLS: true }],
    ['smtp://night:secret@mail.example.com?requireTLS=false', {}],
    ['smtp://night:secret@127.0.0.1:2525', {}],
    ['smtp://night:secret@[::1]:2525', {}],
    ['smtp://night:secret@127.0.0.1.example.com', { requireTLS: true }],
  ])('for %s is %j', (url, expected) => {
    expect(encryptionFor(url)).toEqual(expected);
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const [error] = await once(connect(port, '127.0.0.1'), 'error');
  expect(error.code).toBe('ECONNREFUSED');
  return port;
}
