import type { Fault } from '../tasks/observation.ts';
import { type Held, type Iam, type PasswordLogin, passwordRequest, signInPatiently } from './iam-sign-in.ts';

/** A token to send, or why there is none; the fault is always `unauthenticated`. */
export type TokenOrFault = { kind: 'token'; token: string } | { kind: 'fault'; fault: Fault };

/** Tokens for one login and project. Concurrent callers share one request to IAM. Never throws. */
export type TokenSource = {
  token(): TokenOrFault | Promise<TokenOrFault>;
  /** For a token that was refused: another one, once per minute at most; `undefined` when it is too soon for one. */
  renew(refused: string): Promise<TokenOrFault | undefined>;
};

/** Repeated wrong passwords lock an account for 15 minutes. */
const REFUSED_REST_MS = 20 * 60_000;
const IAM_DOWN_REST_MS = 5_000;
const FORCED_RENEWAL_GAP_MS = 60_000;

type Rest = { untilMs: number; fault: Fault };
/** One login's memory of a 401: the same password is as wrong for every project. */
type LoginState = { refused?: Rest };

/**
 * The token source of each project that a login is used for; a token is scoped to one project. IAM answers 401 for a wrong
 * password and for a project that the user cannot use: a second question, for the profile's own project, tells which.
 */
export function createTokenSources(
  deps: Iam,
  login: PasswordLogin,
  ownProjectId: string,
): (projectId: string) => TokenSource {
  const state: LoginState = {};
  const sources = new Map<string, TokenSource>();
  const sourceOf = (projectId: string): TokenSource => {
    const known = sources.get(projectId);
    if (known) return known;
    const worksElsewhere = async () =>
      projectId !== ownProjectId && (await sourceOf(ownProjectId).token()).kind === 'token';
    const request = { body: passwordRequest(login, projectId), worksElsewhere };
    const source = createTokenSource(deps, request, state);
    sources.set(projectId, source);
    return source;
  };
  return sourceOf;
}

/** `worksElsewhere` says whether the same login gets a token for another project. */
type ProjectLogin = { body: string; worksElsewhere(): Promise<boolean> };

function createTokenSource(deps: Iam, { body, worksElsewhere }: ProjectLogin, login: LoginState): TokenSource {
  const { clock } = deps;
  let held: Held | undefined;
  let resting: Rest | undefined;
  let inFlight: Promise<TokenOrFault> | undefined;
  let lastForcedMs = Number.NEGATIVE_INFINITY;

  const request = async (): Promise<TokenOrFault> => {
    const signedIn = await signInPatiently(deps, body);
    if (signedIn.kind === 'fault') return heldOr(await rest(signedIn.fault));
    held = signedIn.held;
    resting = undefined;
    return tokenOf(held);
  };
  const rest = async (fault: Fault): Promise<Fault> => {
    const isRefused = fault.error.httpStatus === 401;
    const isOfProject = isRefused && (await worksElsewhere());
    resting = { untilMs: clock.now() + restMs(fault), fault: { ...fault, ...(isOfProject && { isOfProject }) } };
    if (isRefused && !isOfProject) login.refused = resting;
    return resting.fault;
  };
  /** A failed renewal ahead of time costs nothing while the old token lives. */
  const heldOr = (fault: Fault): TokenOrFault =>
    held && clock.now() < held.expiresAtMs ? tokenOf(held) : { kind: 'fault', fault };
  const obtain = (): Promise<TokenOrFault> => {
    if (inFlight) return inFlight;
    const known = [login.refused, resting].find((it) => it && clock.now() < it.untilMs);
    if (known) return Promise.resolve(heldOr(known.fault));
    inFlight = request().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };

  const token = () => (held && clock.now() < held.renewAtMs ? tokenOf(held) : obtain());

  return {
    token,
    async renew(refused) {
      if (held?.token === refused) {
        if (clock.now() - lastForcedMs < FORCED_RENEWAL_GAP_MS) return undefined;
        lastForcedMs = clock.now();
        held = undefined;
      }
      return token();
    },
  };
}

const tokenOf = ({ token }: Held): TokenOrFault => ({ kind: 'token', token });

/** What IAM understood and refused would be refused again; the rest may pass. */
function restMs({ error, retryAfterMs }: Fault): number {
  const status = error.httpStatus ?? 0;
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return Math.max(isRefusal ? REFUSED_REST_MS : IAM_DOWN_REST_MS, retryAfterMs ?? 0);
}
