import type { Fault } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import { createTokenSources, type TokenOrFault, type TokenSource } from './iam-tokens.ts';
import type { Profile, ProfileBook } from './profiles.ts';
import { resolveEndpoints } from './profiles.ts';
import {
  type AccessKey,
  type PreparedSignature,
  prepareSignature,
  type SignableRequest,
  sdkDate,
  signPrepared,
} from './sign-request.ts';
import type { Transport } from './transport.ts';

/** Where a profile's requests go and how they are signed. */
export type Connection = { kind: 'connection'; origin: string; host: string; signIn: SignIn };

type NoConnection = { kind: 'fault'; fault: Fault };

/** One connection per profile, kept (with its token, and the memory of a refused password) until the profile changes. */
export type Connections = { of(book: ProfileBook, name: string): Connection | NoConnection };

type Deps = { transport: Transport; clock: Clock };

export function createConnections(deps: Deps): Connections {
  type Kept = { profile: Profile; fingerprint: string; connection: Connection | NoConnection };
  const kept = new Map<string, Kept>();

  const refresh = (name: string, profile: Profile, old: Kept | undefined): Kept => {
    // A secret that is read again is another object, and mostly the same profile.
    const fingerprint = JSON.stringify(profile);
    const isSame = old?.fingerprint === fingerprint;
    const fresh = { profile, fingerprint, connection: isSame ? old.connection : connect(deps, name, profile) };
    kept.set(name, fresh);
    return fresh;
  };
  return {
    of({ profiles, problems }, name) {
      const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
      if (profile === undefined) return withoutProfile(name, problems?.get(name));
      const old = kept.get(name);
      return (old?.profile === profile ? old : refresh(name, profile, old)).connection;
    },
  };
}

function connect(deps: Deps, name: string, profile: Profile): Connection | NoConnection {
  const { apig: origin, iam } = resolveEndpoints(profile);
  const signIn = signInFor(profile, deps, iam);
  if (origin === undefined || signIn === undefined) {
    return broken('BAD_PROFILE', `Huawei profile "${name}" has no usable endpoint, or no way to sign in`);
  }
  return { kind: 'connection', origin, host: new URL(origin).host, signIn };
}

function signInFor(profile: Profile, deps: Deps, iamOrigin: string | undefined): SignIn | undefined {
  const { ak, sk, auth_token, domain_name, user_name, password } = profile;
  if (ak && sk) return accessKeySignIn({ ...profile, ak, sk }, () => deps.clock.now());
  if (auth_token) return fixedTokenSignIn(auth_token);
  if (!domain_name || !user_name || !password || !iamOrigin) return undefined;
  const login = { domainName: domain_name, userName: user_name, password };
  return tokenSignIn(createTokenSources({ ...deps, iamOrigin }, login, profile.project_id));
}

function withoutProfile(name: string, problems: readonly string[] | undefined): NoConnection {
  if (problems === undefined) return broken('UNKNOWN_PROFILE', `there is no Huawei profile "${name}"`);
  return broken('BAD_PROFILE', problems.join('; '));
}

function broken(code: string, message: string): NoConnection {
  return { kind: 'fault', fault: { class: 'unauthenticated', error: { code, message } } };
}

/** A request, and the project whose gateway it is for. */
type ProjectRequest = SignableRequest & { projectId: string };

/** Adds to a request what proves who sends it. */
type SignIn = {
  /** The headers to send, or the fault because of which there are none. Never throws. */
  authorize(request: ProjectRequest): Authorized | Promise<Authorized>;
  /** After a 401: new headers, or `undefined` where another try could only do harm. */
  reauthorize(request: ProjectRequest, refused: Record<string, string>): Promise<Authorized | undefined>;
};

type Authorized = { kind: 'headers'; headers: Record<string, string> } | Extract<TokenOrFault, { kind: 'fault' }>;

const TOKEN_HEADER = 'x-auth-token';

/** Signs with an access key. Never tries again after a refusal, because more than five in a row lock the key. */
function accessKeySignIn(profile: Profile & { ak: string; sk: string }, now: () => number): SignIn {
  const key = { ak: profile.ak, sk: profile.sk, securityToken: profile.security_token };
  const prepare = memoizedPreparation(key);
  return {
    authorize: (request) => ({ kind: 'headers', headers: signPrepared(request, prepare(request, now())) }),
    reauthorize: async () => undefined,
  };
}

/** Sends the token that the profile holds; it cannot be renewed. */
function fixedTokenSignIn(token: string): SignIn {
  return {
    authorize: (request) => ({ kind: 'headers', headers: withToken(request, token) }),
    reauthorize: async () => undefined,
  };
}

/** Sends an IAM token and renews it once after a 401. */
function tokenSignIn(sourceOf: (projectId: string) => TokenSource): SignIn {
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

/** Keeps the last preparation, because thousands of polls of one project share a second. */
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
