import { classifyError } from '../../core/classify-error.ts';
import type { Fault } from '../../core/observation.ts';
import { isFields, parseJson } from '../../core/parse-result.ts';
import type { Clock } from '../../core/ports.ts';
import type { HttpAnswer } from './answer-collector.ts';
import { faultOf } from './fault-of.ts';
import type { HttpTransport } from './http-transport.ts';

export type PasswordLogin = { domainName: string; userName: string; password: string };

/** A token to send, or why there is none; the fault is always `unauthenticated`. */
export type TokenOrFault = { kind: 'token'; token: string } | { kind: 'fault'; fault: Fault };

/** Tokens for one login and project. Concurrent callers share one request to IAM. Never throws. */
export type TokenSource = {
  token(): TokenOrFault | Promise<TokenOrFault>;
  /** For a token that was refused: another one, once per minute at most; `undefined` when it is too soon for one. */
  renew(refused: string): Promise<TokenOrFault | undefined>;
};

type Held = { token: string; renewAtMs: number; expiresAtMs: number };

/** Repeated wrong passwords lock an account for 15 minutes. */
const REFUSED_REST_MS = 20 * 60_000;
const IAM_DOWN_REST_MS = 5_000;
const FORCED_RENEWAL_GAP_MS = 60_000;
const MAX_RENEWAL_LEAD_MS = 30 * 60_000;
const ASSUMED_LIFETIME_MS = 60 * 60_000;
const ATTEMPTS = 3;
const BACKOFF_BASE_MS = 200;

type Deps = { transport: HttpTransport; clock: Clock; iamOrigin: string };
type Rest = { untilMs: number; fault: Fault };
/** One login's memory of a 401: the same password is as wrong for every project. */
type LoginState = { refused?: Rest };

/** The token source of each project that a login is used for; a token is scoped to one project. */
export function createTokenSources(deps: Deps, login: PasswordLogin): (projectId: string) => TokenSource {
  const state: LoginState = {};
  const sources = new Map<string, TokenSource>();
  return (projectId) => {
    const source = sources.get(projectId) ?? createTokenSource(deps, passwordRequest(login, projectId), state);
    sources.set(projectId, source);
    return source;
  };
}

function createTokenSource(deps: Deps, body: string, login: LoginState): TokenSource {
  const { clock } = deps;
  let held: Held | undefined;
  let resting: Rest | undefined;
  let inFlight: Promise<TokenOrFault> | undefined;
  let lastForcedMs = Number.NEGATIVE_INFINITY;

  const request = async (): Promise<TokenOrFault> => {
    const signedIn = await signInPatiently(deps, body);
    if (signedIn.kind === 'fault') {
      resting = { untilMs: clock.now() + restMs(signedIn.fault), fault: signedIn.fault };
      if (signedIn.fault.error.httpStatus === 401) login.refused = resting;
      return heldOr(signedIn.fault);
    }
    held = signedIn.held;
    resting = undefined;
    return tokenOf(held);
  };
  /** A failed renewal ahead of time costs nothing while the old token lives. */
  const heldOr = (fault: Fault): TokenOrFault =>
    held && clock.now() < held.expiresAtMs ? tokenOf(held) : { kind: 'fault', fault };
  const obtain = (): Promise<TokenOrFault> => {
    if (inFlight) return inFlight;
    const rest = [login.refused, resting].find((it) => it && clock.now() < it.untilMs);
    if (rest) return Promise.resolve(heldOr(rest.fault));
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

type SignedIn = { kind: 'signed_in'; held: Held } | { kind: 'fault'; fault: Fault };

/** A hiccup of IAM is not worth an alert: what may pass is asked again with full jitter, a refusal never. */
async function signInPatiently(deps: Deps, body: string): Promise<SignedIn> {
  for (let attempt = 1; ; attempt += 1) {
    const signedIn = await signIn(deps, body);
    if (signedIn.kind === 'signed_in' || attempt === ATTEMPTS || !isHiccup(signedIn.fault)) return signedIn;
    await deps.clock.sleep(Math.random() * BACKOFF_BASE_MS * 2 ** attempt);
  }
}

/** A connection that broke, or an error of IAM's own: neither silence, which has taken its time, nor a wait that IAM asks for. */
function isHiccup({ error, retryAfterMs }: Fault): boolean {
  return retryAfterMs === undefined && (error.code === 'CONNECTION' || (error.httpStatus ?? 0) >= 500);
}

async function signIn({ transport, clock, iamOrigin }: Deps, body: string): Promise<SignedIn> {
  const headers = { 'content-type': 'application/json;charset=utf8', accept: 'application/json' };
  const path = '/v3/auth/tokens?nocatalog=true';
  try {
    const answer = await transport.send({ origin: iamOrigin, path, method: 'POST', headers, body });
    const token = answer.headers['x-subject-token'];
    if (answer.status === 201 && typeof token === 'string' && token !== '') {
      return { kind: 'signed_in', held: heldFrom(token, answer.body, clock.now()) };
    }
    return { kind: 'fault', fault: refusal(answer, clock.now()) };
  } catch (cause) {
    return { kind: 'fault', fault: { ...faultOf(cause), class: 'unauthenticated' } };
  }
}

function refusal(answer: HttpAnswer, nowMs: number): Fault {
  const fault = classifyError({ httpStatus: answer.status, body: answer.body, headers: answer.headers, nowMs });
  const error = { ...fault.error, message: `IAM gave no token: ${fault.error.message}` };
  return { ...fault, class: 'unauthenticated', error };
}

/** What IAM understood and refused would be refused again; the rest may pass. */
function restMs({ error, retryAfterMs }: Fault): number {
  const status = error.httpStatus ?? 0;
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return Math.max(isRefusal ? REFUSED_REST_MS : IAM_DOWN_REST_MS, retryAfterMs ?? 0);
}

/** Renewed for the last tenth of its life, half an hour at most. An end that is past already means that the clocks differ. */
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

/** Source: IAM API reference, "Obtaining a User Token Through Password Authentication". */
function passwordRequest({ domainName, userName, password }: PasswordLogin, projectId: string): string {
  const user = { domain: { name: domainName }, name: userName, password };
  const identity = { methods: ['password'], password: { user } };
  return JSON.stringify({ auth: { identity, scope: { project: { id: projectId } } } });
}
