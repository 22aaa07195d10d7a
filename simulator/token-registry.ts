import type { Verdict } from './access-key-check.ts';
import { newToken } from './identifier.ts';
import type { Account } from './options.ts';

export type IssuedToken = { token: string; issuedAtMs: number; expiresAtMs: number };

/** The IAM tokens that are out. A new one does not revoke older ones. */
export class TokenRegistry {
  private readonly tokens = new Map<string, { account: Account; expiresAtMs: number }>();
  private readonly lifetimeMs: number;

  constructor(lifetimeMs: number) {
    this.lifetimeMs = lifetimeMs;
  }

  issue(account: Account, nowMs: number): IssuedToken {
    const issued = { token: newToken(), issuedAtMs: nowMs, expiresAtMs: nowMs + this.lifetimeMs };
    this.tokens.set(issued.token, { account, expiresAtMs: issued.expiresAtMs });
    return issued;
  }

  verify(token: string, nowMs: number): Verdict {
    const known = this.tokens.get(token);
    if (!known) return { kind: 'refused', why: 'decrypt token fail' };
    if (known.expiresAtMs <= nowMs) return { kind: 'refused', why: 'token expires' };
    return { kind: 'account', account: known.account };
  }

  /** What a change of password, key or permission does to every token. */
  revokeAll(): void {
    this.tokens.clear();
  }
}
