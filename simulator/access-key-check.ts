import { Lockout } from './lockout.ts';
import type { Account } from './options.ts';
import { type Authorization, isSignatureValid, parseAuthorization, type SignedRequest } from './signature.ts';

const MAX_SKEW_MS = 15 * 60_000;

/** What a credential turned out to be. */
export type Verdict = { kind: 'account'; account: Account } | { kind: 'refused'; why: string };

const refuse = (why: string): Verdict => ({ kind: 'refused', why });

/** Verifies AK/SK signatures: ±15 minutes, and five bad signatures in a row lock the AK for five minutes. */
export class AccessKeyCheck {
  readonly lockout = new Lockout({ limit: 5, lockMs: 5 * 60_000 });
  private readonly accounts: Account[];

  constructor(accounts: Account[]) {
    this.accounts = accounts;
  }

  /** Of the projects that an AK reaches, the account of `projectId` where it is among them. */
  verify(request: SignedRequest, projectId: string, nowMs: number): Verdict {
    const authorization = parseAuthorization(String(request.headers.authorization));
    if (!authorization) return refuse('authorization header format is invalid');
    const owned = this.accounts.filter((one) => one.ak === authorization.access);
    const account = owned.find((one) => one.projectId === projectId) ?? owned[0];
    if (!account) return refuse('ak not exist');
    if (this.lockout.isLocked(account.ak, nowMs)) return refuse('ak is locked, too many signature failures');
    const problem = problemOf(request, { authorization, account, nowMs });
    if (problem === undefined) {
      this.lockout.succeed(account.ak);
      return { kind: 'account', account };
    }
    if (problem === BAD_SIGNATURE) this.lockout.fail(account.ak, nowMs);
    return refuse(problem);
  }
}

const BAD_SIGNATURE = 'verify aksk signature fail';
type Claim = { authorization: Authorization; account: Account; nowMs: number };

function problemOf(request: SignedRequest, { authorization, account, nowMs }: Claim): string | undefined {
  if (!authorization.signedHeaders.includes('x-sdk-date')) return 'x-sdk-date is not signed';
  const signedAtMs = parseSdkDate(String(request.headers['x-sdk-date'] ?? ''));
  if (signedAtMs === undefined) return 'x-sdk-date format is invalid';
  if (Math.abs(nowMs - signedAtMs) > MAX_SKEW_MS) return 'the request is expired, check x-sdk-date';
  if (!hasSecurityToken(request, account)) return 'security token is invalid';
  if (!isSignatureOf(request, authorization, account)) return BAD_SIGNATURE;
  return undefined;
}

function hasSecurityToken(request: SignedRequest, account: Account): boolean {
  return account.securityToken === undefined || request.headers['x-security-token'] === account.securityToken;
}

/** Broken percent-encoding cannot be canonicalised, so it cannot have been signed. */
function isSignatureOf(request: SignedRequest, authorization: Authorization, account: Account): boolean {
  try {
    return isSignatureValid(request, authorization, account.sk);
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/** `YYYYMMDDTHHMMSSZ` as epoch milliseconds. */
function parseSdkDate(text: string): number | undefined {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const ms = iso === text ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? undefined : ms;
}
