import { isFields, parseJson } from '../tasks/json.ts';
import type { Fault } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import { classifyError, faultOf } from './faults.ts';
import type { Transport } from './transport.ts';

/** A token to send, or why there is none; the fault is always `unauthenticated`. */
export type TokenOrFault = { kind: 'token'; token: string } | { kind: 'fault'; fault: Fault };

/** Tokens for one login and project. Concurrent callers share one request to IAM. Never throws. */
export type TokenSource = {
  token(): TokenOrFault | Promise<TokenOrFault>;
  /** A new token in place of a refused one, at most once a minute; `undefined` when the last renewal is too recent. */
  renew(refused: string): Promise<TokenOrFault | undefined>;
};

/** Repeated wrong passwords lock an account for 15 minutes. */
const REFUSED_REST_MS = 20 * 60_000;
const IAM_DOWN_REST_MS = 5_000;
const FORCED_RENEWAL_GAP_MS = 60_000;

type Rest = { untilMs: number; fault: Fault };
/** One login's memory of a 401, because the same password is as wrong for every project. */
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
    const request = { body: passwordRequest(login, { id: projectId }), worksElsewhere };
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
  /** A failed early renewal does no harm while the old token lives. */
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

/** IAM would refuse again what it understood and refused; other faults may pass. */
function restMs({ error, retryAfterMs }: Fault): number {
  const status = error.httpStatus ?? 0;
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return Math.max(isRefusal ? REFUSED_REST_MS : IAM_DOWN_REST_MS, retryAfterMs ?? 0);
}

type PasswordLogin = { domainName: string; userName: string; password: string };

/** Where tokens come from. */
type Iam = { transport: Transport; clock: Clock; iamOrigin: string };

/** A token, when it should be renewed and when it ends (epoch milliseconds). */
type Held = { token: string; renewAtMs: number; expiresAtMs: number };

const MAX_RENEWAL_LEAD_MS = 30 * 60_000;
const ASSUMED_LIFETIME_MS = 60 * 60_000;
const ATTEMPTS = 3;
const BACKOFF_BASE_MS = 200;

/** The fault is always `unauthenticated`. */
type SignedIn = { kind: 'signed_in'; held: Held } | { kind: 'fault'; fault: Fault };

/** Asks again, with full jitter, after what may pass, because a hiccup of IAM is worth no alert; after a refusal never. */
async function signInPatiently(iam: Iam, body: string): Promise<SignedIn> {
  for (let attempt = 1; ; attempt += 1) {
    const signedIn = await signIn(iam, body);
    if (signedIn.kind === 'signed_in' || attempt === ATTEMPTS || !isHiccup(signedIn.fault)) return signedIn;
    await iam.clock.sleep(Math.random() * BACKOFF_BASE_MS * 2 ** attempt);
  }
}

/** A connection that broke, or an error of IAM's own. Not a time-out, which has taken long enough, nor a wait that IAM asks for. */
function isHiccup({ error, retryAfterMs }: Fault): boolean {
  return retryAfterMs === undefined && (error.code === 'CONNECTION' || (error.httpStatus ?? 0) >= 500);
}

/** One question, which is not asked again. */
export async function signIn({ transport, clock, iamOrigin }: Iam, body: string): Promise<SignedIn> {
  const headers = { 'content-type': 'application/json;charset=utf8', accept: 'application/json' };
  const path = '/v3/auth/tokens?nocatalog=true';
  try {
    const answer = await transport.send({ origin: iamOrigin, path, method: 'POST', headers, body });
    const token = answer.headers['x-subject-token'];
    if (answer.status === 201 && typeof token === 'string' && token !== '') {
      return { kind: 'signed_in', held: heldFrom(token, answer.body, clock.now()) };
    }
    const { status: httpStatus, headers: answered, body: said } = answer;
    return withoutToken(
      classifyError({ httpStatus, body: said, headers: answered, nowMs: clock.now(), secrets: secretsIn(body) }),
    );
  } catch (cause) {
    return withoutToken(faultOf(cause));
  }
}

function withoutToken(fault: Fault): SignedIn {
  const error = { ...fault.error, message: `IAM gave no token: ${fault.error.message}` };
  return { kind: 'fault', fault: { ...fault, class: 'unauthenticated', error } };
}

/** Renewed in the last tenth of its life, at most half an hour before its end. An end in the past means that the clocks differ. */
function heldFrom(token: string, body: string, nowMs: number): Held {
  const saidMs = expiryOf(body);
  const expiresAtMs = saidMs !== undefined && saidMs > nowMs ? saidMs : nowMs + ASSUMED_LIFETIME_MS;
  const leadMs = Math.min((expiresAtMs - nowMs) / 10, MAX_RENEWAL_LEAD_MS);
  return { token, expiresAtMs, renewAtMs: expiresAtMs - leadMs };
}

function expiryOf(body: string): number | undefined {
  const fields = parseJson(body);
  const token = isFields(fields) ? fields.token : undefined;
  const expiresAt = isFields(token) ? token.expires_at : undefined;
  const epochMs = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

function secretsIn(request: string): string[] {
  const { auth } = JSON.parse(request) as { auth: { identity: { password: { user: { password: string } } } } };
  return [auth.identity.password.user.password];
}

/** Source: IAM API reference, "Obtaining a User Token Through Password Authentication". */
export function passwordRequest(
  { domainName, userName, password }: PasswordLogin,
  project: { id: string } | { name: string },
): string {
  const user = { domain: { name: domainName }, name: userName, password };
  const identity = { methods: ['password'], password: { user } };
  return JSON.stringify({ auth: { identity, scope: { project } } });
}
