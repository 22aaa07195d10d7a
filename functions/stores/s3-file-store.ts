import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { retentionFolder } from '../names.ts';
import { StoreError } from '../tasks/errors.ts';
import { type Clock, checkFileKey, type FileStore } from '../tasks/ports.ts';
import type { FileRef } from '../tasks/result.ts';

export type S3FileStoreOptions = {
  bucket: string;
  region: string;
  /** Asked before each attempt, for instance `client.config.credentials` of any SDK client. */
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
  clock: Pick<Clock, 'sleep'>;
  /** Days that new files are kept, as the bucket's rules have them. Only who puts files needs it. */
  keepDays?: number | undefined;
  /** Of an emulator; the bucket becomes the first part of the path then. */
  endpoint?: string;
  /** For one attempt: until the upload is acknowledged, or until a download's headers are there. Default 6,000. */
  timeoutMs?: number;
};

type S3Request = {
  method: 'GET' | 'PUT';
  key: string;
  headers: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
};

/** With `timeoutMs` less than what an invocation of the poller has left after its window. */
const ATTEMPTS = 4;
/** Ceiling of the first wait after a passing fault; it doubles. */
const FIRST_WAIT_MS = 200;
const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** A file store whose files can also be fetched by who holds an address. */
type S3FileStore = FileStore & {
  /** An address that answers with the file and this `Content-Disposition` for five minutes; it is a secret that long. */
  presign(ref: Pick<FileRef, 'location'>, contentDisposition: string): Promise<string>;
};

const PRESIGNED_FOR_S = 300;

/**
 * Files in a bucket. S3 verifies the SHA-256 of each upload, and keeps it with the object.
 * aws4fetch signs in 8 kB where the SDK's S3 client would more than double a Lambda's bundle.
 */
export function createS3FileStore(options: S3FileStoreOptions): S3FileStore {
  return {
    async put(name, body, mediaType) {
      const key = options.keepDays === undefined ? name : `${retentionFolder(options.keepDays)}/${name}`;
      const bytes = Buffer.from(body);
      const digest = createHash('sha256').update(bytes).digest();
      const response = await send(options, { method: 'PUT', key, body: bytes, headers: putHeaders(digest, mediaType) });
      if (!response.ok) throw await refusal(options, 'PUT', { key, response });
      await response.body?.cancel();
      return { location: key, media_type: mediaType, size_bytes: bytes.length, sha256: digest.toString('hex') };
    },

    async open({ location: key }) {
      const headers = { 'x-amz-content-sha256': EMPTY_SHA256 };
      const response = await send(options, { method: 'GET', key, headers });
      if (response.ok) return response.body ?? new Blob([]).stream();
      const error = await refusal(options, 'GET', { key, response });
      if (error.code === 'NoSuchKey') return undefined;
      throw error;
    },

    presign: ({ location }, contentDisposition) => presign(options, location, contentDisposition),
  };
}

function putHeaders(digest: Buffer, mediaType: string): Record<string, string> {
  return {
    'content-type': mediaType,
    'x-amz-content-sha256': digest.toString('hex'),
    'x-amz-checksum-sha256': digest.toString('base64'),
  };
}

/** One request, repeated with full jitter after network errors, 429 and 5xx (S3 says 503 SlowDown). */
async function send(options: S3FileStoreOptions, request: S3Request): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === ATTEMPTS;
    const response = await attemptOnce(options, request).catch((cause: unknown) => {
      if (isLast || cause instanceof StoreError) throw asStoreError(options, request, cause);
      return undefined;
    });
    if (response && (isLast || !isPassing(response.status))) return response;
    await response?.body?.cancel();
    await options.clock.sleep(Math.random() * FIRST_WAIT_MS * 2 ** (attempt - 1));
  }
}

async function attemptOnce(options: S3FileStoreOptions, request: S3Request): Promise<Response> {
  const { url, headers } = await sign(options, request);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('Timed out')), options.timeoutMs ?? 6_000);
  const init: RequestInit = { method: request.method, headers, signal: controller.signal, redirect: 'manual' };
  if (request.body) init.body = request.body;
  try {
    return await fetch(url, init);
  } finally {
    clearTimeout(timer);
  }
}

/** Signed anew for each attempt, for a signature is valid for 15 minutes and the credentials may have been renewed. */
async function sign(options: S3FileStoreOptions, { method, key, headers }: S3Request) {
  const signer = new AwsV4Signer({
    ...(await scopeOf(options)),
    method,
    url: urlOf(options, checkFileKey(key)),
    headers,
  });
  return signer.sign();
}

/** The signature goes into the query. Source: "Authenticating Requests: Using Query Parameters", S3 API reference. */
async function presign(options: S3FileStoreOptions, key: string, contentDisposition: string): Promise<string> {
  const url = new URL(urlOf(options, checkFileKey(key)));
  url.searchParams.set('X-Amz-Expires', String(PRESIGNED_FOR_S));
  url.searchParams.set('response-content-disposition', contentDisposition);
  const signer = new AwsV4Signer({ ...(await scopeOf(options)), method: 'GET', url: url.href, signQuery: true });
  return (await signer.sign()).url.href;
}

async function scopeOf({ credentials, region }: S3FileStoreOptions) {
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  return { service: 's3', region, accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function urlOf({ bucket, region, endpoint }: S3FileStoreOptions, key: string): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, '')}/${bucket}/${key}`;
  // The regions of China have a suffix of their own ("AWS service endpoints").
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  // A dot in the bucket's name does not match the certificate of *.s3.
  return bucket.includes('.') ? `https://${host}/${bucket}/${key}` : `https://${bucket}.${host}/${key}`;
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

class S3Error extends StoreError {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

async function refusal(options: S3FileStoreOptions, method: string, answer: { key: string; response: Response }) {
  const { key, response } = answer;
  const text = await response.text().catch(() => '');
  const code = /<Code>([\w.]{1,64})<\/Code>/.exec(text)?.[1] ?? 'without a code';
  const requestId = response.headers.get('x-amz-request-id') ?? 'unknown';
  const message = `S3 answered ${response.status} (${code}) to ${method} ${options.bucket}/${key}, request ${requestId}`;
  return new S3Error(message, code);
}

function asStoreError(options: S3FileStoreOptions, { method, key }: S3Request, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  return new StoreError(`${method} ${options.bucket}/${key} failed: no answer from S3`, { cause });
}
