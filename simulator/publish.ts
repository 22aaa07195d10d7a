import * as z from 'zod';
import { RELEASE_ENVIRONMENT_ID } from './defaults.ts';
import { type ApiError, apiErrors } from './errors.ts';
import type { Api, Gateway } from './gateway.ts';
import { newId } from './identifier.ts';
import { readBodyAs } from './json-body.ts';

const MAX_APIS = 1_000;
const bodySchema = z.object({
  env_id: z.string().min(1),
  apis: z.array(z.string()).max(MAX_APIS).optional(),
  group_id: z.string().optional(),
  remark: z.string().max(255).optional(),
});
const actionSchema = z.enum(['online', 'offline']).default('online');

/**
 * `POST …/apis/publish?action=`: publishes many APIs, or takes them offline, at once. Each is in one of the two lists.
 * Source: APIG API reference, "Batch Publishing APIs or Taking APIs Offline".
 */
export function publish(
  gateway: Gateway,
  query: string,
  { body, nowMs }: { body: Uint8Array; nowMs: number },
): object | ApiError {
  const action = actionSchema.safeParse(new URLSearchParams(query).get('action') ?? undefined);
  if (!action.success) return apiErrors.notAnOption('action');
  const order = readBodyAs(bodySchema, body);
  if ('code' in order) return order;
  const { env_id: envId, apis: ids, group_id: groupId } = order;
  if (envId !== RELEASE_ENVIRONMENT_ID) return apiErrors.environmentUnknown(envId);
  const group = groupId === undefined ? undefined : gateway.group(groupId);
  if (groupId !== undefined && !group) return apiErrors.groupUnknown(groupId);
  const wanted = ids ?? [...(group?.apis.values() ?? [])].map(({ id }) => id);
  if (wanted.length === 0) return apiErrors.missing('apis');
  const known = new Map(gateway.apis().map((api) => [api.id, api]));
  const results = wanted.map((id) =>
    publishOne(known.get(id), id, { envId, isOnline: action.data === 'online', nowMs }),
  );
  return {
    success: results.filter((one) => !('error_code' in one)),
    failure: results.filter((one) => 'error_code' in one),
  };
}

type Wish = { envId: string; isOnline: boolean; nowMs: number };

function publishOne(api: Api | undefined, id: string, { envId, isOnline, nowMs }: Wish): object {
  if (!api) return failure(id, '', apiErrors.apiUnknown(id));
  if (isOnline) api.publishedIn.add(envId);
  else if (!api.publishedIn.delete(envId)) return failure(id, api.name, apiErrors.notPublished());
  const publish_time = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  return { publish_id: newId(), api_id: id, api_name: api.name, env_id: envId, publish_time, version_id: newId() };
}

function failure(api_id: string, api_name: string, { code, message }: ApiError): object {
  return { api_id, api_name, error_code: code, error_msg: message };
}
