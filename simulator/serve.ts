import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedRequest, Verdict } from './access-keys.ts';
import { type ApiError, apiErrors, errorAnswer } from './errors.ts';
import { applyFault } from './faults.ts';
import { type Answer, readBody, send } from './http.ts';
import { newRequestId } from './identifier.ts';
import { OPERATIONS } from './operations.ts';
import { findRoute, type Route } from './route.ts';
import type { World } from './world.ts';

/** Answers one request as Huawei would, unless a fault was ordered for it. */
export async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newRequestId();
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const route = findRoute(request.method ?? '', path);
  world.stats.begin(route?.name ?? 'unknown', world.options.clock.now());
  if (!route) return finish(world, { response, requestId }, errorAnswer(apiErrors.noSuchPath(), requestId));
  const fault = world.faults.take(route);
  const body = request.method === 'GET' ? NO_BODY : readBody(request);
  // A fault may never look at it, and its client may go away.
  if (body instanceof Promise) body.catch(() => undefined);
  const answer = (): Promise<Answer> => answerOf(world, { request, route, query, requestId, body });
  if (!fault) return finish(world, { response, requestId }, await answer());
  world.stats.fault();
  world.stats.end(await applyFault(fault, { request, response, requestId, route: route.name, body, answer }));
}

type Body = Uint8Array | Promise<Uint8Array | undefined>;
type Incoming = { request: IncomingMessage; route: Route; query: string; requestId: string; body: Body };

async function answerOf(world: World, incoming: Incoming): Promise<Answer> {
  try {
    return await answerSafely(world, incoming);
  } catch (error) {
    // A client may go away while it sends its body.
    if (incoming.request.complete) console.error('simulator:', error);
    return errorAnswer(apiErrors.system(), incoming.requestId);
  }
}

const NO_BODY = new Uint8Array();

async function answerSafely(world: World, { request, route, query, requestId, ...sent }: Incoming): Promise<Answer> {
  const body = await sent.body;
  if (!body) return errorAnswer(apiErrors.bodyTooLarge(), requestId);
  const contentType = request.headers['content-type'] ?? '';
  if (route.name === 'token') return world.iam.answer({ contentType, query, body }, world.options.clock.now());
  const { method = '', url = '/', headers } = request;
  const signed = { method, target: url, headers, body };
  if (route.name === 'projects') return world.iam.projects(verify(world, route, signed), query);
  const refusal = refusalOf(world, route, signed);
  if (refusal) return errorAnswer(refusal, requestId);
  return OPERATIONS[route.name]({ world, route, requestId, query, contentType, body });
}

function finish(world: World, to: { response: ServerResponse; requestId: string }, answer: Answer): void {
  const isGone = to.response.destroyed;
  if (!isGone) send(to.response, to.requestId, answer);
  world.stats.end(isGone ? 0 : answer.status);
}

/** Why a request may not pass, or undefined: credentials, then permission for the project, then the gateway. */
function refusalOf(world: World, route: Route, request: SignedRequest): ApiError | undefined {
  const accounts = world.options.accounts;
  if (world.options.auth) {
    const verdict = verify(world, route, request);
    if (verdict.kind === 'refused') return apiErrors.unauthenticated(verdict.why);
    const { account } = verdict;
    if (account.permitted === false || account.projectId !== route.projectId) return apiErrors.noPermission();
  }
  const limit = world.rateLimit.exceeded(route.projectId, world.options.clock.now());
  if (limit !== undefined) return apiErrors.throttled(limit);
  const owns = accounts.some((one) => one.projectId === route.projectId && one.instanceIds.includes(route.instanceId));
  return owns ? undefined : apiErrors.instanceUnknown(route.instanceId);
}

function verify(world: World, route: Route, request: SignedRequest): Verdict {
  const nowMs = world.options.clock.now();
  if (request.headers.authorization !== undefined) return world.accessKeys.verify(request, route.projectId, nowMs);
  const token = request.headers['x-auth-token'];
  if (typeof token !== 'string') return { kind: 'refused', why: 'x-auth-token not found' };
  return world.tokens.verify(token, nowMs);
}
