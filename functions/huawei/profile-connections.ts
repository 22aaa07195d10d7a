import type { Fault } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import { resolveEndpoints } from './endpoints.ts';
import type { HttpTransport } from './http-transport.ts';
import { createTokenSources } from './iam-token-source.ts';
import type { Profile, ProfileBook } from './profile.ts';
import { accessKeySignIn, fixedTokenSignIn, type SignIn, tokenSignIn } from './sign-in.ts';

/** Where a profile's requests go and how they are signed. */
export type Connection = { kind: 'connection'; origin: string; host: string; signIn: SignIn };

type NoConnection = { kind: 'fault'; fault: Fault };

/** One connection per profile, kept (with its token, and the memory of a refused password) until the profile changes. */
export type ProfileConnections = { of(book: ProfileBook, name: string): Connection | NoConnection };

export function createProfileConnections(deps: { transport: HttpTransport; clock: Clock }): ProfileConnections {
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

function connect(
  deps: { transport: HttpTransport; clock: Clock },
  name: string,
  profile: Profile,
): Connection | NoConnection {
  const { apig: origin, iam } = resolveEndpoints(profile);
  const signIn = signInFor(profile, deps, iam);
  if (origin === undefined || signIn === undefined) {
    return broken('BAD_PROFILE', `Huawei profile "${name}" lacks a usable endpoint or a way to sign in`);
  }
  return { kind: 'connection', origin, host: new URL(origin).host, signIn };
}

function signInFor(
  profile: Profile,
  deps: { transport: HttpTransport; clock: Clock },
  iamOrigin: string | undefined,
): SignIn | undefined {
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
