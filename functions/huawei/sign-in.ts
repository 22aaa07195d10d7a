import type { TokenOrFault, TokenSource } from './iam-token-source.ts';
import type { Profile } from './profile.ts';
import {
  type AccessKey,
  type PreparedSignature,
  prepareSignature,
  type SignableRequest,
  sdkDate,
  signPrepared,
} from './sign-request.ts';

/** A request, and the project whose gateway it is for. */
type ProjectRequest = SignableRequest & { projectId: string };

/** Adds to a request what proves who sends it. */
export type SignIn = {
  /** The headers to send, or the fault that leaves the profile without any. Never throws. */
  authorize(request: ProjectRequest): Authorized | Promise<Authorized>;
  /** After a 401: new headers, or `undefined` where trying again could only do harm. */
  reauthorize(request: ProjectRequest, refused: Record<string, string>): Promise<Authorized | undefined>;
};

type Authorized = { kind: 'headers'; headers: Record<string, string> } | Extract<TokenOrFault, { kind: 'fault' }>;

const TOKEN_HEADER = 'x-auth-token';

/** Signs with an access key. A refused signature is never tried again: more than five in a row lock the key. */
export function accessKeySignIn(profile: Profile & { ak: string; sk: string }, now: () => number): SignIn {
  const key = { ak: profile.ak, sk: profile.sk, securityToken: profile.security_token };
  const prepare = memoizedPreparation(key);
  return {
    authorize: (request) => ({ kind: 'headers', headers: signPrepared(request, prepare(request, now())) }),
    reauthorize: async () => undefined,
  };
}

/** Sends a token that somebody else obtained; it cannot be renewed. */
export function fixedTokenSignIn(token: string): SignIn {
  return {
    authorize: (request) => ({ kind: 'headers', headers: withToken(request, token) }),
    reauthorize: async () => undefined,
  };
}

/** Sends an IAM token and renews it once after a 401. */
export function tokenSignIn(sourceOf: (projectId: string) => TokenSource): SignIn {
  const authorized = (request: ProjectRequest, got: TokenOrFault): Authorized =>
    got.kind === 'fault' ? got : { kind: 'headers', headers: withToken(request, got.token) };
  return {
    authorize(request) {
      const got = sourceOf(request.projectId).token();
      return got instanceof Promise ? got.then((it) => authorized(request, it)) : authorized(request, got);
    },
    async reauthorize(request, refused) {
      const got = await sourceOf(request.projectId).renew(refused[TOKEN_HEADER] ?? '');
      return got && authorized(request, got);
    },
  };
}

/** Keeps the last preparation: thousands of polls of one project share a second. */
function memoizedPreparation(key: AccessKey): (request: ProjectRequest, epochMs: number) => PreparedSignature {
  let last: { second: number; request: ProjectRequest; prepared: PreparedSignature } | undefined;
  return (request, epochMs) => {
    const second = Math.floor(epochMs / 1000);
    if (last?.second === second && hasSameHeaders(last.request, request)) return last.prepared;
    const headers = { ...request.headers, 'x-project-id': request.projectId };
    last = { second, request, prepared: prepareSignature({ host: request.host, headers }, key, sdkDate(epochMs)) };
    return last.prepared;
  };
}

function hasSameHeaders(a: ProjectRequest, b: ProjectRequest): boolean {
  return a.projectId === b.projectId && a.host === b.host && a.headers === b.headers;
}

function withToken(request: SignableRequest, token: string): Record<string, string> {
  return { ...request.headers, [TOKEN_HEADER]: token };
}
