import * as z from 'zod';

const name = z.string().min(1).max(64);
const ms = z.number().nonnegative();
const common = {
  project_id: name.exactOptional(),
  instance_id: name.exactOptional(),
  task_type: z.enum(['import_api', 'export_api']).exactOptional(),
  ending: z.enum(['success', 'partial', 'failure', 'never']).exactOptional(),
  document_bytes: z.int().nonnegative().exactOptional(),
  task_status: z.string().exactOptional(),
  task_result: z.string().exactOptional(),
};

/** One task. All schemas have the wire's names, so that what they complain of is what was sent. */
export const taskSchema = z.strictObject({
  ...common,
  task_id: name.exactOptional(),
  waiting_ms: ms.exactOptional(),
  processing_ms: ms.exactOptional(),
});

/** Many tasks: recognised by `count`. */
export const bulkSchema = z.strictObject({
  ...common,
  count: z.int().positive().max(1_000_000),
  prefix: z.string().max(56).exactOptional(),
  min_duration_ms: ms.exactOptional(),
  max_duration_ms: ms.exactOptional(),
});

export const groupSchema = z.strictObject({
  group_id: name.exactOptional(),
  instance_id: name.exactOptional(),
  name: z.string().min(3),
  apis: z.int().nonnegative().max(1_000),
  description_bytes: z.int().nonnegative().exactOptional(),
});

export const rateLimitSchema = z.strictObject({
  project_id: name.exactOptional(),
  per_second: z.number().positive().nullable(),
});

export const faultRuleSchema = z.strictObject({
  fault: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('error'),
      status: z.int().min(400).max(599),
      code: z.string().exactOptional(),
      message: z.string().exactOptional(),
      retry_after_s: z.number().nonnegative().exactOptional(),
    }),
    z.strictObject({ kind: z.literal('latency'), ms }),
    z.strictObject({ kind: z.literal('hang') }),
    z.strictObject({ kind: z.literal('reset') }),
    z.strictObject({ kind: z.literal('truncated') }),
    z.strictObject({ kind: z.literal('not_json'), body: z.string().exactOptional() }),
    z.strictObject({ kind: z.literal('huge'), bytes: z.int().positive() }),
  ]),
  match: z
    .strictObject({
      route: z.enum(['token', 'task', 'import', 'export']).exactOptional(),
      task_id: name.exactOptional(),
      project_id: name.exactOptional(),
    })
    .exactOptional(),
  times: z.int().positive().exactOptional(),
});
