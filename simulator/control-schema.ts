import * as z from 'zod';

const name = z.string().min(1).max(64);
const ms = z.number().nonnegative();
const common = {
  projectId: name.exactOptional(),
  instanceId: name.exactOptional(),
  taskType: z.enum(['import_api', 'export_api']).exactOptional(),
  ending: z.enum(['success', 'partial', 'failure', 'never']).exactOptional(),
  documentBytes: z.int().nonnegative().exactOptional(),
  taskStatus: z.string().exactOptional(),
  taskResult: z.string().exactOptional(),
};

/** One task. */
export const taskSchema = z.strictObject({
  ...common,
  taskId: name.exactOptional(),
  waitingMs: ms.exactOptional(),
  processingMs: ms.exactOptional(),
});

/** Many tasks: recognised by `count`. */
export const bulkSchema = z.strictObject({
  ...common,
  count: z.int().positive().max(1_000_000),
  prefix: z.string().max(56).exactOptional(),
  minDurationMs: ms.exactOptional(),
  maxDurationMs: ms.exactOptional(),
});

export const groupSchema = z.strictObject({
  groupId: name.exactOptional(),
  instanceId: name.exactOptional(),
  name: z.string().min(3),
  apis: z.int().nonnegative().max(1_000),
  descriptionBytes: z.int().nonnegative().exactOptional(),
});

export const rateLimitSchema = z.strictObject({
  projectId: name.exactOptional(),
  perSecond: z.number().positive().nullable(),
});

export const faultRuleSchema = z.strictObject({
  fault: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('error'),
      status: z.int().min(400).max(599),
      code: z.string().exactOptional(),
      message: z.string().exactOptional(),
      retryAfterS: z.number().nonnegative().exactOptional(),
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
      taskId: name.exactOptional(),
      projectId: name.exactOptional(),
    })
    .exactOptional(),
  times: z.int().positive().exactOptional(),
});
