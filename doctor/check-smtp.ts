import { createTransport } from 'nodemailer';
import { encryptionFor } from '../local/smtp-alerts.ts';
import { type Check, fail, ok } from './check.ts';

const NAME = 'smtp';
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 };

/** Connects, encrypts and signs in to the mail server, and sends nothing. */
export function smtpCheck(url: string): Check {
  return {
    name: NAME,
    async run() {
      const transport = createTransport({ ...encryptionFor(url), ...TIMEOUTS, url });
      try {
        await transport.verify();
        return [ok(NAME, 'the mail server accepted the login')];
      } catch (error) {
        // The message may hold the user's name or the server's words about a password: its code is enough.
        const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
        const said = [code, responseCode].filter((part) => part !== undefined).join(' ') || 'no answer';
        return [fail(NAME, said, 'check host, port, user and password in SMTP_URL')];
      } finally {
        transport.close();
      }
    },
  };
}
