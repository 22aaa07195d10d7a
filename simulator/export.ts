import { stringify } from 'yaml';
import * as z from 'zod';
import { type ApiError, apiErrors } from './errors.ts';
import type { Api, Gateway, Group, Operation } from './gateway.ts';
import { readBodyAs } from './json-body.ts';
import type { ExportSpelling } from './options.ts';

/** The APIs an order names, or why it cannot be done. */
export function selectApis(gateway: Gateway, order: ExportOrder): { group: Group; apis: Api[] } | ApiError {
  const group = gateway.group(order.group_id);
  if (!group) return apiErrors.groupUnknown(order.group_id);
  const all = [...group.apis.values()];
  const unknown = order.apis?.find((id) => !all.some((api) => api.id === id));
  if (unknown !== undefined) return apiErrors.apiUnknown(unknown);
  return { group, apis: order.apis ? all.filter((api) => order.apis?.includes(api.id)) : all };
}

/** `task_result` of a finished export: the whole document is a string inside it. */
export function renderExport(
  selection: { group: Group; apis: Api[] },
  order: ExportOrder,
  format: { spelling: ExportSpelling; nowMs: number },
): string {
  const stamp = new Date(format.nowMs).toISOString().slice(0, 19).replace('T', '-');
  const document = documentOf(selection, order, stamp);
  const content =
    order.type === 'json' ? JSON.stringify(document, undefined, '\t') : stringify(document, { lineWidth: 0 });
  const fileType = `.${order.type}`;
  if (format.spelling === 'text') return JSON.stringify({ file_type: fileType, content });
  const FileName = `${selection.group.name}-RELEASE-${order.define}-${stamp}`;
  return JSON.stringify({ FileName, FileType: fileType, Comment: content });
}

function documentOf({ group, apis }: { group: Group; apis: Api[] }, order: ExportOrder, stamp: string): object {
  const info = { title: group.name, version: order.version ?? stamp };
  const host = `${group.id}.apic.example.com`;
  const head =
    order.oasVersion === '2.0'
      ? { swagger: '2.0', info, host }
      : { openapi: '3.0.0', info, servers: [{ url: `https://${host}` }] };
  return { ...head, paths: pathsOf(apis, order) };
}

function pathsOf(apis: Api[], order: ExportOrder): Record<string, Operation> {
  const paths: Record<string, Operation> = {};
  for (const api of apis) {
    const item = paths[api.path] ?? {};
    paths[api.path] = item;
    item[api.method === 'ANY' ? 'x-apigateway-any-method' : api.method.toLowerCase()] = operationOf(api, order);
  }
  return paths;
}

/** `spec` is the definition that callers need: without the backend. Parameters are typed through a schema since OpenAPI 3. */
function operationOf({ operation }: Api, order: ExportOrder): Operation {
  const { 'x-apigateway-backend': backend, ...rest } = operation;
  const exported = order.define === 'spec' || backend === undefined ? rest : operation;
  if (order.oasVersion === '2.0' || !Array.isArray(exported.parameters)) return exported;
  return { ...exported, parameters: exported.parameters.map(parameterOf3) };
}

function parameterOf3(parameter: Record<string, unknown>): Record<string, unknown> {
  const { type, ...rest } = parameter;
  return type === undefined ? parameter : { ...rest, schema: { type } };
}

const id = z.string().min(1);
const bodySchema = z.object({
  env_id: id,
  group_id: id,
  define: z.enum(['spec', 'proxy', 'all', 'dev']).default('spec'),
  type: z.enum(['json', 'yaml', 'yml']).default('json'),
  version: z.string().max(64).optional(),
  apis: z.array(id).optional(),
});
const versionSchema = z.enum(['2.0', '3.0']).default('2.0');

/** What is to be exported. */
export type ExportOrder = z.infer<typeof bodySchema> & { oasVersion: z.infer<typeof versionSchema> };

/** The body and query of `POST …/openapi/async-export`, checked as the API reference says. */
export function parseExportRequest(query: string, body: Uint8Array): ExportOrder | ApiError {
  const oasVersion = versionSchema.safeParse(new URLSearchParams(query).get('oas_version') ?? undefined);
  if (!oasVersion.success) return apiErrors.notAnOption('oas_version');
  const order = readBodyAs(bodySchema, body);
  return 'code' in order ? order : { ...order, oasVersion: oasVersion.data };
}
