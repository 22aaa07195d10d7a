import * as z from 'zod';
import { type ApiError, apiErrors } from './api-error.ts';

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

type Parsed = { kind: 'order'; order: ExportOrder } | { kind: 'refused'; error: ApiError };

/** The body and query of `POST …/openapi/async-export`, checked as the API reference says. */
export function parseExportRequest(query: string, body: Uint8Array): Parsed {
  const oasVersion = versionSchema.safeParse(new URLSearchParams(query).get('oas_version') ?? undefined);
  if (!oasVersion.success) return { kind: 'refused', error: apiErrors.notAnOption('oas_version') };
  const order = parseBody(body);
  if (!order) return { kind: 'refused', error: apiErrors.parameterError('the request body is not a JSON object') };
  if (!order.success) return { kind: 'refused', error: errorOf(order.error) };
  return { kind: 'order', order: { ...order.data, oasVersion: oasVersion.data } };
}

function errorOf(error: z.ZodError): ApiError {
  const [issue] = error.issues;
  const name = issue?.path.join('.') || 'body';
  const isMissing = issue?.code === 'invalid_type' && issue.message.includes('received undefined');
  return isMissing ? apiErrors.missing(name) : apiErrors.notAnOption(name);
}

function parseBody(body: Uint8Array): z.ZodSafeParseResult<z.infer<typeof bodySchema>> | undefined {
  try {
    return bodySchema.safeParse(JSON.parse(Buffer.from(body).toString()));
  } catch {
    return undefined;
  }
}
