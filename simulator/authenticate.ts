import type { Verdict } from './access-key-check.ts';
import { type ApiError, apiErrors } from './api-error.ts';
import type { Route } from './route.ts';
import type { SignedRequest } from './signature.ts';
import type { World } from './world.ts';

/** Why a request may not pass, or undefined: credentials, then permission for the project, then the gateway. */
export function refusalOf(world: World, route: Route, request: SignedRequest): ApiError | undefined {
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
