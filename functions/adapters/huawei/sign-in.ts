import type { Profile } from '../../core/profile.ts';
import type { TokenOrFault, TokenSource } from './iam-token-source.ts';
import { type SignableRequest, sdkDate, signRequest } from './sign-request.ts';

/** A request, and the project whose gateway it is for. */
export type ProjectRequest = SignableRequest & { projectId: string };

/** Adds to a request what proves who sends it. */
export type SignIn = {
  /** The headers to send, or the fault that leaves the profile without any. Never throws. */
  authorize(request: ProjectRequest): Authorized | Promise<Authorized>;
  /** After a 401: new headers, or `undefined` where trying again could only do harm. */
  reauthorize(request: ProjectRequest, refused: Record<string, string>): Promise<Authorized | undefined>;
};

export type Authorized =
  | { kind: 'headers'; headers: Record<string, string> }
  | Extract<TokenOrFault, { kind: 'fault' }>;

const TOKEN_HEADER = 'x-auth-token';

/** Signs with an access key. A refused signature is never tried again: more than five in a row lock the key. */
export function accessKeySignIn(profile: Profile & { ak: string; sk: string }, now: () => number): SignIn {
  const dateAt = memoizedSdkDate();
  const key = { ak: profile.ak, sk: profile.sk, securityToken: profile.security_token };
  return {
    authorize(request) {
      const headers = { ...request.headers, 'x-project-id': request.projectId };
      return { kind: 'headers', headers: signRequest({ ...request, headers }, key, dateAt(now())) };
    },
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

/** The date has seconds, and thousands of polls share one. */
function memoizedSdkDate(): (epochMs: number) => string {
  let second = Number.NaN;
  let date = '';
  return (epochMs) => {
    if (Math.floor(epochMs / 1000) !== second) {
      second = Math.floor(epochMs / 1000);
      date = sdkDate(epochMs);
    }
    return date;
  };
}

function withToken(request: SignableRequest, token: string): Record<string, string> {
  return { ...request.headers, [TOKEN_HEADER]: token };
}
