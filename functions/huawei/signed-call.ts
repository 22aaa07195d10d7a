import type { Fault } from '../tasks/observation.ts';
import type { Clock } from '../tasks/ports.ts';
import { classifyError } from './faults.ts';
import type { Connection } from './sign-in.ts';
import { canonicalQuery } from './sign-request.ts';
import type { Allowance, HttpAnswer, Transport } from './transport.ts';

/** One request to a gateway of `projectId`. */
export type SignedCall = {
  method: 'GET' | 'POST';
  /** Percent-encoded, without the query. */
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** What is signed in place of the body's hash. */
  bodyHash?: string;
  projectId: string;
  signal?: AbortSignal | undefined;
  allowance?: Allowance | undefined;
};

/** With what the request carried that proves who sent it, in case the answer repeats it. */
export type SignedAnswer = HttpAnswer & { secrets: readonly (string | undefined)[] };

type Via = { transport: Transport; connection: Connection; clock: Clock };

/**
 * Signs in and sends, and once more with a renewed token where one was refused. A fault where the profile cannot sign in;
 * rejects as `Transport` does.
 */
export async function sendSigned(via: Via, call: SignedCall): Promise<SignedAnswer | { kind: 'fault'; fault: Fault }> {
  const { transport, connection, clock } = via;
  const { origin, host, signIn } = connection;
  const { body, signal, allowance, ...signed } = call;
  const request = { ...signed, host, ...(typeof body === 'string' && { body }) };
  const path = call.query === undefined ? call.path : `${call.path}?${canonicalQuery(call.query)}`;
  const send = async (headers: Record<string, string>) => {
    const sent = { origin, path, method: call.method, headers, signal, allowance, ...(body !== undefined && { body }) };
    return { ...(await transport.send(sent)), secrets: secretsIn(headers) };
  };

  const authorized = await signIn.authorize(request);
  if (authorized.kind === 'fault') return authorized;
  const first = await send(authorized.headers);
  if (!isRefusedToken(first, clock)) return first;
  const again = await signIn.reauthorize(request, authorized.headers);
  if (again === undefined) return first;
  return again.kind === 'fault' ? again : send(again.headers);
}

/** What proves who sent a request; of a signature also the key's name and the signature alone. */
export function secretsIn(headers: Readonly<Record<string, string>>): (string | undefined)[] {
  const { authorization, 'x-auth-token': token, 'x-security-token': securityToken } = headers;
  const signed = /Access=([^,]+),.*Signature=(\w+)/.exec(authorization ?? '') ?? [];
  return [token, securityToken, authorization, ...signed.slice(1)];
}

function isRefusedToken({ status, body, headers }: HttpAnswer, clock: Clock): boolean {
  return (
    status === 401 &&
    classifyError({ httpStatus: status, body, headers, nowMs: clock.now() }).class === 'unauthenticated'
  );
}
