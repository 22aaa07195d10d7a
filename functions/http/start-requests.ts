import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { StartRequest } from '../starts/starts.ts';
import { helpFor, helpMember } from '../tasks/codes.ts';
import type { ExportFields, ImportFields, PlannedTask, StartOrder } from '../tasks/start.ts';
import type { StartedFacts, StartedFile } from '../tasks/task.ts';
import { callerOf } from './access.ts';
import type { ApiEvent } from './api-event.ts';
import { canNameGroup, type Definition, readDefinition } from './definition-file.ts';
import type { RegistrationDeps } from './deps.ts';
import { type Form, type FormFile, readForm } from './form-body.ts';
import { invalid, validBody, validQuery } from './read-request.ts';
import { toPendingTask } from './register-task.ts';
import {
  contextTextSchema,
  deadlineTextSchema,
  idSchema,
  type Registration,
  startedTaskShape,
} from './request-schemas.ts';

const BOOLEAN_RULE = 'must be "true" or "false"';
const MODE_RULE = 'must be "merge" or "override"';
const boolean = z.optional(z.enum(['true', 'false'], BOOLEAN_RULE));
const mode = z.optional(z.enum(['merge', 'override'], MODE_RULE));

/** The text fields of `POST /imports`: Huawei's, which go on as they are, and ours. */
export const importFieldsSchema = z.strictObject({
  ...startedTaskShape,
  context: z.optional(contextTextSchema),
  deadline_seconds: z.optional(deadlineTextSchema),
  publish_to: z.optional(idSchema),
  is_create_group: boolean,
  group_id: z.optional(idSchema),
  extend_mode: mode,
  api_mode: mode,
  simple_mode: boolean,
  mock_mode: boolean,
});

/** The body of `POST /exports`. */
export const exportBodySchema = z.strictObject({
  ...startedTaskShape,
  group_id: idSchema,
  env_id: idSchema,
  define: z.optional(z.enum(['spec', 'proxy', 'all', 'dev'], 'must be "spec", "proxy", "all" or "dev"')),
  type: z.optional(z.enum(['json', 'yaml', 'yml'], 'must be "json", "yaml" or "yml"')),
  version: z.optional(z.string('must be a text').check(z.maxLength(64, 'must have at most 64 characters'))),
  apis: z.optional(z.array(idSchema, 'must be a list of ids').check(z.maxLength(1_000, 'must have at most 1000 ids'))),
  oas_version: z.optional(z.enum(['2.0', '3.0'], 'must be "2.0" or "3.0"')),
});

/** A start that can be tried: every check that needs no Huawei has passed. */
export type ReadStart = { request: StartRequest; warnings: string[] };

/** Reads and checks `POST /imports`. Throws `HttpProblem`. */
export async function readImport(deps: RegistrationDeps, event: ApiEvent): Promise<ReadStart> {
  const key = keyOf(event);
  const form = await readForm(event, { fileField: 'file_name' });
  const values = validBody(importFieldsSchema, Object.fromEntries(form.fields));
  const { is_create_group, group_id, extend_mode, api_mode, simple_mode, mock_mode, publish_to, ...ours } = values;
  if (is_create_group === 'false' && group_id === undefined) {
    throw invalid([{ pointer: '#/group_id', detail: 'is required with is_create_group=false' }]);
  }
  const { file, definition } = checkFile(form);
  const fields: ImportFields = defined({ is_create_group, group_id, extend_mode, api_mode, simple_mode, mock_mode });
  const started: StartedFile = { name: file.name, size_bytes: file.bytes.length, sha256: sha256(file.bytes) };
  const { title } = definition;
  const order: StartOrder = { type: 'import_api', fields, file: started, ...(title !== undefined && { title }) };
  const isInto = is_create_group === 'false';
  const isUnfit = !isInto && !canNameGroup(title);
  const warnings = [
    ...definition.warnings,
    ...(isUnfit ? [`The title cannot name a group. ${helpFor('APIG.2044')}`] : []),
  ];
  const group = isInto ? group_id : undefined;
  const facts = { task_type: 'import_api', file: started, ...defined({ group_id: group, publish_to }) } as const;
  const planned = await planTask({ deps, event }, ours, facts);
  // Huawei names the group that an import makes after the title of its file.
  const task = isInto || title === undefined ? planned : { ...planned, groupName: title };
  const fingerprint = fingerprintOf([...form.fields], started.sha256);
  return { request: { key, fingerprint, order, task, file: file.bytes }, warnings };
}

/** Checks the parsed body of `POST /exports`. Throws `HttpProblem`. */
export async function readExport(deps: RegistrationDeps, event: ApiEvent): Promise<ReadStart> {
  const key = keyOf(event);
  const values = validBody(exportBodySchema, event.body);
  const { group_id, env_id, define, type, version, apis, oas_version, ...ours } = values;
  const fields: ExportFields = { group_id, env_id, ...defined({ define, type, version, apis, oas_version }) };
  const task = await planTask({ deps, event }, ours, { task_type: 'export_api', group_id, environment_id: env_id });
  const fingerprint = fingerprintOf(Object.entries(values), '');
  return { request: { key, fingerprint, order: { type: 'export_api', fields }, task }, warnings: [] };
}

function checkFile({ file }: Form): { file: FormFile; definition: Definition } {
  if (file === undefined) {
    throw invalid([
      { pointer: '#/file_name', detail: 'is required: the file, as with curl: -F file_name=@openapi.json' },
    ]);
  }
  const definition = readDefinition(file.bytes);
  if ('code' in definition) {
    const { code, detail } = definition;
    // As Huawei would say it, had the import begun.
    const members = { error_code: code, ...helpMember(code) };
    throw invalid([{ pointer: '#/file_name', detail: detail.replace(/\.$/, '') }], members);
  }
  return { file, definition };
}

/** The same checks as a registration's. The id stands in until Huawei gives one. */
async function planTask(
  { deps, event }: { deps: RegistrationDeps; event: ApiEvent },
  ours: Omit<Registration, 'task_id'>,
  started: StartedFacts,
): Promise<PlannedTask> {
  const { taskId: _, ...task } = await toPendingTask(deps, { ...ours, task_id: 'not-started' }, callerOf(event));
  return { ...task, taskType: started.task_type, started };
}

const KEY_RULE = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** A request without a key gets one of its own, so that its start is not silent either. */
function keyOf(event: ApiEvent): string {
  validQuery(z.strictObject({}), event);
  const key = event.headers['idempotency-key'];
  if (key === undefined) return `none-${randomUUID()}`;
  if (KEY_RULE.test(key)) return `key-${key}`;
  throw invalid([{ parameter: 'Idempotency-Key', detail: 'must be 1 to 255 printable ASCII characters' }]);
}

/** The same for the same fields and file, in whatever order, and whatever the form's boundary. */
function fingerprintOf(fields: [string, unknown][], fileHash: string): string {
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([sorted, fileHash]));
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
