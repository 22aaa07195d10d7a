import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

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
