import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Lockout } from './limits.ts';
import type { Account } from './options.ts';

/** A request as it came over the wire: raw target, lower-case headers. */
export type SignedRequest = {
  method: string;
  /** Path and query, undecoded. */
  target: string;
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array;
};

export type Authorization = { access: string; signedHeaders: string[]; signature: string };

const AUTHORIZATION = /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** The parts of an `Authorization` header of SDK-HMAC-SHA256, or undefined when it is none. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, access, names, signature] = AUTHORIZATION.exec(header) ?? [];
  if (!access || !names || !signature) return undefined;
  return { access, signedHeaders: names.split(';'), signature };
}

/**
 * Whether the signature is the one that `secretKey` gives.
 * Source: "Signing Algorithm" of the API request signing guide; proved by its published vectors.
 */
export function isSignatureValid(request: SignedRequest, authorization: Authorization, secretKey: string): boolean {
  const canonical = canonicalRequest(request, authorization.signedHeaders);
  const text = `SDK-HMAC-SHA256\n${headerOf(request, 'x-sdk-date')}\n${sha256(canonical)}`;
  const expected = createHmac('sha256', secretKey).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(authorization.signature, 'hex'));
}

function canonicalRequest(request: SignedRequest, names: string[]): string {
  const [path = '/', query = ''] = splitOnce(request.target, '?');
  const headers = names.map((name) => `${name}:${headerOf(request, name).trim()}\n`).join('');
  const parts = [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    headers,
    names.join(';'),
    payload(request),
  ];
  return parts.join('\n');
}

/** The client may name the hash itself; a hash that is not the body's never verifies. */
function payload(request: SignedRequest): string {
  const named = headerOf(request, 'x-sdk-content-sha256');
  return named === 'UNSIGNED-PAYLOAD' ? named : sha256(request.body);
}

function canonicalPath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
  return encoded.endsWith('/') ? encoded : `${encoded}/`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => splitOnce(pair, '=').map((part) => encode(decodeURIComponent(part))));
  const byNameThenValue = ([a = '', x = '']: string[], [b = '', y = '']: string[]) => compare(a, b) || compare(x, y);
  return pairs
    .sort(byNameThenValue)
    .map(([name, value = '']) => `${name}=${value}`)
    .join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function headerOf(request: SignedRequest, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

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
