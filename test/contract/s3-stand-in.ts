import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What the next request meets instead of an answer. */
type S3Fault = { status: number; code?: string; location?: string } | 'reset' | 'silence';

export type S3StandIn = {
  endpoint: string;
  bucket: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  objects: Map<string, { body: Buffer; contentType: string | undefined }>;
  /** Met by the requests to come, one each. */
  faults: S3Fault[];
  /** Method and path of every request. */
  requests: string[];
  close(): Promise<void>;
};

/** PUT and GET of S3 on loopback, path style, that refuses what S3 refuses: bad signatures, wrong hashes and checksums. */
export async function startS3StandIn(): Promise<S3StandIn> {
  const state = {
    bucket: 'results-bucket',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/of+the=test', sessionToken: 'session/token==' },
    objects: new Map<string, { body: Buffer; contentType: string | undefined }>(),
    faults: [] as S3Fault[],
    requests: [] as string[],
  };
  const server = createServer((request, response) => void handle(state, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port');
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { ...state, endpoint: `http://127.0.0.1:${address.port}`, close };
}

type State = Omit<S3StandIn, 'endpoint' | 'close'>;

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  state.requests.push(`${request.method} ${request.url}`);
  const fault = state.faults.shift();
  if (fault === 'silence') return;
  if (fault === 'reset') return void request.socket.resetAndDestroy();
  if (fault?.location !== undefined) response.setHeader('location', fault.location);
  if (fault) return refuse(response, fault.status, fault.code ?? 'InternalError');
  const body = Buffer.concat(chunks);
  const problem = signatureProblem(state, request, body);
  if (problem) return refuse(response, ...problem);
  serve(state, request, { response, body });
}

function serve(state: State, request: IncomingMessage, { response, body }: { response: ServerResponse; body: Buffer }) {
  const [path = ''] = (request.url ?? '').split('?');
  const prefix = `/${state.bucket}/`;
  if (!path.startsWith(prefix)) return refuse(response, 404, 'NoSuchBucket');
  const key = decodeURIComponent(path.slice(prefix.length));
  if (request.method === 'PUT') {
    state.objects.set(key, { body, contentType: request.headers['content-type'] });
    return void response.writeHead(200).end();
  }
  const object = state.objects.get(key);
  if (object === undefined) return refuse(response, 404, 'NoSuchKey');
  response.writeHead(200, { 'content-length': object.body.length }).end(object.body);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>…</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQ1' }).end(body);
}

/** Signature Version 4 as S3 checks it, written from its description and not from any client's code. */
function signatureProblem(state: State, request: IncomingMessage, body: Buffer): [number, string] | undefined {
  const { headers } = request;
  const form = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, credential = '', signed = '', signature] = form.exec(headers.authorization ?? '') ?? [];
  const date = String(headers['x-amz-date']);
  const scope = `${date.slice(0, 8)}/${state.region}/s3/aws4_request`;
  if (headers['x-amz-security-token'] !== state.credentials.sessionToken) return [403, 'InvalidToken'];
  if (credential !== `${state.credentials.accessKeyId}/${scope}`) return [403, 'InvalidAccessKeyId'];
  const age = Math.abs(Date.now() - Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')));
  if (!(age < 15 * 60_000)) return [403, 'RequestTimeTooSkewed'];
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signed.split(';').includes(name),
  );
  if (unsigned.length > 0 || !signed.split(';').includes('host')) return [403, 'AccessDenied'];
  if (signature !== expectedSignature(state, request, { signed, date, scope })) return [403, 'SignatureDoesNotMatch'];
  if (headers['x-amz-content-sha256'] !== sha256(body).toString('hex')) return [400, 'XAmzContentSHA256Mismatch'];
  const checksum = headers['x-amz-checksum-sha256'];
  if (checksum !== undefined && checksum !== sha256(body).toString('base64')) return [400, 'BadDigest'];
  return undefined;
}

type Signed = { signed: string; date: string; scope: string };

function expectedSignature(state: State, { method, url, headers }: IncomingMessage, { signed, date, scope }: Signed) {
  const [path = '', query = ''] = (url ?? '').split('?');
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const sorted = query.split('&').sort().join('&');
  const canonical = [method, path, sorted, lines.join(''), signed, headers['x-amz-content-sha256']].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical).toString('hex')].join('\n');
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  const key = [day, region, service, end].reduce<Buffer | string>(hmac, `AWS4${state.credentials.secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: Buffer | string): Buffer {
  return createHash('sha256').update(data).digest();
}
