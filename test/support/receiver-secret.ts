import { formatSigningSecret, parseSigningSecret, receiverKey } from '../../functions/channels/webhook/settings.ts';

/** What the receiver at `url` verifies with, of a profile with this secret. */
export function receiverSecret(profileSecret: string, url: string): string {
  return formatSigningSecret(receiverKey(parseSigningSecret(profileSecret) ?? Buffer.alloc(0), new URL(url).origin));
}
