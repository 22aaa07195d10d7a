import { createTransport } from 'nodemailer';
import type { AlertOptions } from '../functions/core/alert-text.ts';
import { composeAlerts } from '../functions/core/digest.ts';
import { ConfigError } from '../functions/core/errors.ts';
import type { AlertPublisher } from '../functions/core/ports.ts';

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
  assertSmtpUrl(options.url);
  const { recipients, from = 'APIG task notifier <apig-task-notifier@localhost>' } = options;
  const transport = createTransport({ url: options.url, pool: true, maxConnections: 1, ...TIMEOUTS });
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

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/** Keeps out-of-office answers away (RFC 3834). */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated' };

function assertSmtpUrl(url: string): void {
  const protocol = URL.parse(url)?.protocol;
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    throw new ConfigError(['SMTP_URL must start with smtp:// or smtps://']);
}

function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const parts = [typeof code === 'string' ? code : 'SMTP', ...(typeof responseCode === 'number' ? [responseCode] : [])];
  return `e-mail not sent: ${parts.join(' ')}`;
}
