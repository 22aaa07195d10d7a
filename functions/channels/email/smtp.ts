import { createTransport } from 'nodemailer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { composeAlerts, toReport } from '../../messages/digest.ts';
import type { Publisher } from '../../messages/publishers.ts';
import { type TaskEventOptions, toNotice } from '../../messages/task-event.ts';
import { isLoopbackHost } from '../../names.ts';
import { ConfigError } from '../../tasks/errors.ts';

export type SmtpOptions = TaskEventOptions & {
  /** `smtp://user:password@host:587` (STARTTLS if offered; `?requireTLS=true` insists) or `smtps://…:465`. A secret. */
  url: string;
  recipients: readonly string[];
};

/** A publisher with a connection to close. */
export type SmtpPublisher = Publisher & { close(): void };

const FROM_ADDRESS = 'apig-task-notifier@localhost';
const FROM = `APIG task notifier <${FROM_ADDRESS}>`;

/**
 * Sends alerts by e-mail, over one connection for a whole round. A refusal is reported by code only: no error has the
 * URL, a user or a password. Throws `ConfigError` for an invalid URL.
 */
export function createSmtpPublisher(options: SmtpOptions): SmtpPublisher {
  const transport = createTransport({ ...encryptionFor(options.url), ...POOL, url: options.url });
  return {
    async publish(results) {
      const composed = composeAlerts(results.map((result) => toNotice(result, options)));
      const failed = new Map<number, string>();
      for (const [index, { message }] of composed.entries()) {
        const mail = { from: FROM, to: [...options.recipients], subject: message.subject, text: message.body };
        await transport
          .sendMail({ ...mail, headers: AUTOMATIC })
          .catch((error: unknown) => failed.set(index, `e-mail not sent: ${smtpReason(error)}`));
      }
      return toReport(composed, failed);
    },
    close: () => transport.close(),
  };
}

/** Why the server would not send: `code` of the error, and the recipient that it is about, by its place in the list. */
export type SmtpProblem = { code: string; recipient?: number };

/**
 * Connects, encrypts, signs in, and names sender and recipients (MAIL FROM, RCPT TO); then hangs up, so that nothing is
 * sent. Resolves to the problems, none when all is well.
 */
export async function probeSmtp(url: string, recipients: readonly string[]): Promise<SmtpProblem[]> {
  const transport = createTransport({ ...encryptionFor(url), ...TIMEOUTS, socketTimeout: 10_000, url });
  try {
    await transport.verify();
  } catch (error) {
    return [{ code: smtpReason(error) }];
  } finally {
    transport.close();
  }
  const { options } = transport.transporter as unknown as { options: SMTPConnection.Options & { auth?: Credentials } };
  const answers = await Promise.all(recipients.map((recipient) => offer({ ...options }, recipient)));
  return answers.flatMap((error, recipient) => (error === undefined ? [] : [{ code: smtpReason(error), recipient }]));
}

type Credentials = SMTPConnection.AuthenticationType;

/** A connection for each recipient: one that is refused then hides none that is accepted, or the other way round. */
function offer(
  { auth, ...options }: SMTPConnection.Options & { auth?: Credentials },
  recipient: string,
): Promise<unknown> {
  const connection = new SMTPConnection(options);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const to = /<([^<>]*)>$/.exec(recipient)?.[1] ?? recipient;
  // nodemailer offers no envelope without a mail: the dialogue ends where it would say DATA.
  const dialogue = connection as unknown as { _sendCommand(command: string): void; _supportedExtensions: string[] };
  const say = dialogue._sendCommand.bind(connection);
  dialogue._sendCommand = (command) => (command === 'DATA' ? resolve(undefined) : say(command));
  const send = () => {
    // With it, DATA would go out before the answers to what it stands on.
    dialogue._supportedExtensions = dialogue._supportedExtensions.filter((name) => name !== 'PIPELINING');
    connection.send({ from: FROM_ADDRESS, to }, 'never said', (error) => resolve(error));
  };
  connection.on('error', resolve);
  connection.connect((error) => {
    if (error || auth === undefined) return error ? resolve(error) : send();
    connection.login(auth, (refused) => (refused ? resolve(refused) : send()));
  });
  return promise.finally(() => connection.close());
}

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000 };
const POOL = { ...TIMEOUTS, pool: true, maxConnections: 1, socketTimeout: 30_000 } as const;
/** Keeps out-of-office answers away (RFC 3834). */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated' };

/**
 * A password never crosses a network in clear: with one, and beyond loopback, STARTTLS must succeed, unless the URL
 * itself sets `requireTLS=false`. Throws `ConfigError` for an invalid URL, without repeating it.
 */
export function encryptionFor(url: string): { requireTLS?: true } {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'smtp:' && parsed?.protocol !== 'smtps:') {
    throw new ConfigError(['SMTP_URL must start with smtp:// or smtps://']);
  }
  const isLeftToUs =
    parsed.password !== '' && !isLoopbackHost(parsed.hostname) && !parsed.searchParams.has('requireTLS');
  return isLeftToUs ? { requireTLS: true } : {};
}

// The error's message may hold the user's name or the server's words about a password.
function smtpReason(error: unknown): string {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const parts = [typeof code === 'string' ? code : 'SMTP', ...(typeof responseCode === 'number' ? [responseCode] : [])];
  return parts.join(' ');
}
