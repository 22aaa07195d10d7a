import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Standard Webhooks asks for 24 bytes at least. */
const MIN_KEY_BYTES = 24;

/** The key inside a Standard Webhooks secret (`whsec_` and base64 of ≥ 24 bytes), or undefined where it is none. */
export function parseSigningSecret(secret: string): Buffer | undefined {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  if (!BASE64.test(base64)) return undefined;
  const key = Buffer.from(base64, 'base64');
  return key.length >= MIN_KEY_BYTES ? key : undefined;
}

export type WebhookMessage = {
  /** The same at every attempt: receivers tell repeats by it. */
  id: string;
  body: string;
  /** When this attempt is made; receivers refuse what is minutes off. */
  atMs: number;
};

/** The headers of one attempt by Standard Webhooks 1.0, with a signature per key, newest key first. */
export function signWebhook({ id, body, atMs }: WebhookMessage, keys: readonly Buffer[]): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = keys.map((key) => {
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
    return `v1,${digest}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
