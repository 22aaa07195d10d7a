import { createTransport } from 'nodemailer';
import type { AlertOptions } from '../functions/messages/alert-text.ts';
import { composeAlerts } from '../functions/messages/digest.ts';
import type { AlertPublisher } from '../functions/messages/publishers.ts';
import { isLoopbackHost } from '../functions/names.ts';
import { ConfigError } from '../functions/tasks/errors.ts';

export type SmtpOptions = AlertOptions & {
  /** `smtp://user:password@host:587` (STARTTLS where offered; `?requireTLS=true` insists) or `smtps://…:465`. A secret. */
  url: string;
  recipients: readonly string[];
  from?: string;
};

/** An alert publisher with a connection to give back. */
export type SmtpAlertPublisher = AlertPublisher & { close(): void };

/**
 * Sends alerts by e-mail, one connection for a whole round. What the server refuses is reported by code only: no error
 * has the URL, a user or a password. Throws `ConfigError` for a URL that is none.
 */
export function createSmtpAlertPublisher(options: SmtpOptions): SmtpAlertPublisher {
  const { recipients, from = 'APIG task notifier <apig-task-notifier@localhost>' } = options;
  const transport = createTransport({ ...encryptionFor(options.url), ...POOL, url: options.url });
  return {
    async publish(results) {
      const failed: { taskId: string; reason: string }[] = [];
      for (const { subject, body, taskIds } of composeAlerts(results, options)) {
        try {
          await transport.sendMail({ from, to: [...recipients], subject, text: body, headers: AUTOMATIC });
        } catch (error) {
          const reason = reasonOf(error);
          failed.push(...taskIds.map((taskId) => ({ taskId, reason })));
        }
      }
      return { failed };
    },
    close: () => transport.close(),
  };
}

const POOL = {
  pool: true,
  maxConnections: 1,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
} as const;
/** Keeps out-of-office answers away (RFC 3834). */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated' };

/**
 * A password never crosses a network in clear: with one, and beyond loopback, STARTTLS must succeed, unless the URL
 * itself says `requireTLS=false`. Throws `ConfigError` for a URL that is none, without repeating it.
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

function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const parts = [typeof code === 'string' ? code : 'SMTP', ...(typeof responseCode === 'number' ? [responseCode] : [])];
  return `e-mail not sent: ${parts.join(' ')}`;
}
