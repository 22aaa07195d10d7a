import { isFields, parseJson } from '../tasks/json.ts';
import type { Fault } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import type { HttpAnswer } from './answer-collector.ts';
import { classifyError } from './classify-error.ts';
import { faultOf } from './fault-of.ts';
import type { HttpTransport } from './http-transport.ts';

export type PasswordLogin = { domainName: string; userName: string; password: string };

/** Where tokens come from. */
export type Iam = { transport: HttpTransport; clock: Clock; iamOrigin: string };

/** A token, when it should be renewed and when it ends (epoch milliseconds). */
export type Held = { token: string; renewAtMs: number; expiresAtMs: number };

const MAX_RENEWAL_LEAD_MS = 30 * 60_000;
const ASSUMED_LIFETIME_MS = 60 * 60_000;
const ATTEMPTS = 3;
const BACKOFF_BASE_MS = 200;

/** The fault is always `unauthenticated`. */
type SignedIn = { kind: 'signed_in'; held: Held } | { kind: 'fault'; fault: Fault };

/** A hiccup of IAM is not worth an alert: what may pass is asked again with full jitter, a refusal never. */
export async function signInPatiently(iam: Iam, body: string): Promise<SignedIn> {
  for (let attempt = 1; ; attempt += 1) {
    const signedIn = await signIn(iam, body);
    if (signedIn.kind === 'signed_in' || attempt === ATTEMPTS || !isHiccup(signedIn.fault)) return signedIn;
    await iam.clock.sleep(Math.random() * BACKOFF_BASE_MS * 2 ** attempt);
  }
}

/** A connection that broke, or an error of IAM's own: neither silence, which has taken its time, nor a wait that IAM asks for. */
function isHiccup({ error, retryAfterMs }: Fault): boolean {
  return retryAfterMs === undefined && (error.code === 'CONNECTION' || (error.httpStatus ?? 0) >= 500);
}

async function signIn({ transport, clock, iamOrigin }: Iam, body: string): Promise<SignedIn> {
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
export function passwordRequest({ domainName, userName, password }: PasswordLogin, projectId: string): string {
  const user = { domain: { name: domainName }, name: userName, password };
  const identity = { methods: ['password'], password: { user } };
  return JSON.stringify({ auth: { identity, scope: { project: { id: projectId } } } });
}
