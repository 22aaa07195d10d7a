import { hash } from 'node:crypto';

/** A permanent or (with `securityToken`) temporary access key. */
export type AccessKey = { ak: string; sk: string; securityToken?: string | undefined };

/**
 * What is signed: `path` percent-encoded as it is sent (see `encodeSegment`), `query` not encoded,
 * header names in any case, each of them signed.
 */
export type SignableRequest = {
  method: string;
  host: string;
  path: string;
  query?: Readonly<Record<string, string | readonly string[]>>;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Signed in place of the body's hash. */
  bodyHash?: string;
};

const ALGORITHM = 'SDK-HMAC-SHA256';
const EMPTY_BODY_SHA256 = hash('sha256', '', 'hex');

/**
 * Signs by Huawei Cloud's SDK-HMAC-SHA256 and returns the headers to send: those given, `x-sdk-date`,
 * `x-security-token` for a temporary key, and `authorization`; `host` is signed, and left to the HTTP client to send.
 * `date` is `YYYYMMDDTHHMMSSZ` (see `sdkDate`) and may be off by 15 minutes.
 * Source: Huawei Cloud API Gateway, "Signature algorithm".
 */
export function signRequest(request: SignableRequest, key: AccessKey, date: string): Record<string, string> {
  return signPrepared(request, prepareSignature(request, key, date));
}

/** What the requests of one key, host and second share: the headers, as sent and in canonical form, and the key's HMAC. */
export type PreparedSignature = {
  sent: Record<string, string>;
  canonical: string;
  signed: string;
  ak: string;
  /** What the two hashes of the HMAC read, each with room at its end for what a request adds. */
  inner: Buffer;
  outer: Buffer;
};

export function prepareSignature(
  { host, headers }: Pick<SignableRequest, 'host' | 'headers'>,
  key: AccessKey,
  date: string,
): PreparedSignature {
  const sent: Record<string, string> = { ...headers, 'x-sdk-date': date };
  if (key.securityToken) sent['x-security-token'] = key.securityToken;
  const prefix = Buffer.from(`${ALGORITHM}\n${date}\n`);
  return {
    ...{ sent, ...canonicalHeaders({ ...sent, host }), ak: key.ak },
    inner: Buffer.concat([padded(key.sk, 0x36), prefix, Buffer.alloc(HEX_BYTES)]),
    outer: Buffer.concat([padded(key.sk, 0x5c), Buffer.alloc(DIGEST_BYTES)]),
  };
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const HEX_BYTES = 2 * DIGEST_BYTES;

/** The key as RFC 2104 mixes it into a hash. */
function padded(secret: string, pad: number): Buffer {
  const bytes = Buffer.from(secret);
  const key = bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes;
  return Buffer.alloc(BLOCK_BYTES).map((_, index) => (key[index] ?? 0) ^ pad) as Buffer;
}

/**
 * `signRequest`, with what can be shared prepared. The HMAC is made of two hashes (RFC 2104): the native object that
 * `createHmac` makes for each request costs about a tenth of a poll's CPU.
 */
export function signPrepared(
  request: Omit<SignableRequest, 'host' | 'headers'>,
  { sent, canonical, signed, ak, inner, outer }: PreparedSignature,
): Record<string, string> {
  // Ends in a slash for signing, whatever is sent.
  const path = request.path.endsWith('/') ? request.path : `${request.path}/`;
  const query = request.query ? canonicalQuery(request.query) : '';
  const bodyHash = request.bodyHash ?? (request.body ? hash('sha256', request.body, 'hex') : EMPTY_BODY_SHA256);
  const canonicalRequest = `${request.method}\n${path}\n${query}\n${canonical}\n${signed}\n${bodyHash}`;
  inner.write(hash('sha256', canonicalRequest, 'hex'), inner.length - HEX_BYTES, 'latin1');
  outer.write(hash('sha256', inner, 'hex'), BLOCK_BYTES, 'hex');
  const signature = hash('sha256', outer, 'hex');
  return { ...sent, authorization: `${ALGORITHM} Access=${ak}, SignedHeaders=${signed}, Signature=${signature}` };
}

/** Epoch milliseconds as `YYYYMMDDTHHMMSSZ`. */
export function sdkDate(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Encoded, sorted by name and then by value; a list is one pair per value. */
export function canonicalQuery(query: NonNullable<SignableRequest['query']>): string {
  return Object.entries(query)
    .flatMap(([name, value]) => [value].flat().map((one) => [encodeSegment(name), encodeSegment(one)] as const))
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalHeaders(headers: Record<string, string>): { canonical: string; signed: string } {
  const lines = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  lines.sort(([a], [b]) => compare(a, b));
  return {
    canonical: lines.map(([name, value]) => `${name}:${value}\n`).join(''),
    signed: lines.map(([name]) => name).join(';'),
  };
}

/** RFC 3986: everything but unreserved characters, which is more than `encodeURIComponent` does. Throws on half a surrogate pair. */
export function encodeSegment(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
