import * as z from 'zod';
import { isLoopbackHost } from '../functions/names.ts';

const RULE =
  'must be https://host[:port] without a path, like "https://apig.example.com" (http only to a loopback address)';

// The poller's own rule (functions/huawei/endpoints.ts): what it refuses would break every profile there.
const endpoint = z.url({ error: RULE, abort: true }).refine(isOrigin, RULE);

/** Overrides of Huawei's endpoints, for regions this project does not know yet and for tests. */
export const endpointsSchema = z
  .strictObject({
    apig: endpoint.optional().describe('Replaces `https://apig.{region}.myhuaweicloud.com` for every profile.'),
    iam: endpoint.optional().describe('Replaces `https://iam.{region}.myhuaweicloud.com` for every profile.'),
  })
  .prefault({})
  .describe(
    'Huawei Cloud endpoints, for regions whose host names do not follow the usual pattern. The endpoints of a profile take precedence.',
  );

/** Credentials go there, so plain http is for this machine only; and what a path or user info says would be ignored. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.pathname !== '/' || !isPlain(url)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/** Nothing but scheme, host, port and path: a template shows its settings to many, so no credentials may be in a URL. */
export function isPlain({ username, password, search, hash }: URL): boolean {
  return !username && !password && !search && !hash;
}
