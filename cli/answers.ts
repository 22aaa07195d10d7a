import * as z from 'zod/mini';
import { OUTCOMES } from '../functions/names.ts';

// The API's own schemas are strict, and describe today's service. These take what the client reads and keep the rest, so
// that a newer service may add fields. The tests give them the API's own types.

const text = z.string();
const optionalText = z.optional(text);
const time = z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'must be a time'));
const count = z.optional(z.number());

const errorSchema = z.looseObject({ code: text, message: text, help: optionalText });

const identity = { task_id: text, label: optionalText, registered_at: time, task_type: optionalText };

const pendingSchema = z.looseObject({
  ...identity,
  state: z.literal('pending'),
  status: text,
  next_poll_at: time,
  last_error: z.optional(errorSchema),
});

const apiEntrySchema = z.looseObject({
  method: optionalText,
  path: optionalText,
  action: optionalText,
  error_code: optionalText,
  error_msg: optionalText,
  help: optionalText,
});

/** One API of an import's result. */
export type ApiEntry = z.infer<typeof apiEntrySchema>;

const finalSchema = z.looseObject({
  ...identity,
  state: z.literal('final'),
  outcome: z.enum(OUTCOMES),
  completed_at: time,
  summary: z.looseObject({
    created: count,
    updated: count,
    failed: count,
    ignored: count,
    published: count,
    unpublished: count,
    group_id: optionalText,
    file_name: optionalText,
    size_bytes: count,
  }),
  error: z.optional(errorSchema),
  help: optionalText,
  result: z.optional(
    z.looseObject({
      kind: text,
      success: z.optional(z.array(apiEntrySchema)),
      failure: z.optional(z.array(apiEntrySchema)),
      publish_failures: z.optional(z.array(apiEntrySchema)),
      sha256: optionalText,
    }),
  ),
});

const taskSchema = z.union([pendingSchema, finalSchema]);
const pageSchema = z.looseObject({ items: z.array(taskSchema), next_cursor: optionalText });

const problemSchema = z.looseObject({
  type: text,
  title: text,
  status: z.number(),
  detail: text,
  errors: z.optional(z.array(z.looseObject({ detail: text, pointer: optionalText, parameter: optionalText }))),
  error_code: optionalText,
  error_msg: optionalText,
  help: optionalText,
});

const whoamiSchema = z.looseObject({ name: optionalText, scopes: z.array(text) });

export type PendingTask = z.infer<typeof pendingSchema>;
export type FinalTask = z.infer<typeof finalSchema>;
export type Task = PendingTask | FinalTask;
export type Problem = z.infer<typeof problemSchema>;

/** Parses an answer's body; undefined for anything else. */
export const readTask = (body: unknown): Task | undefined => taskSchema.safeParse(body).data;
export const readPage = (body: unknown) => pageSchema.safeParse(body).data;
export const readWhoami = (body: unknown) => whoamiSchema.safeParse(body).data;
export const readProblem = (body: unknown): Problem | undefined => problemSchema.safeParse(body).data;

/** The last word of a problem's `type`, such as `unknown-task`. */
export const problemKind = (problem: Problem | undefined): string | undefined => problem?.type.split(':').at(-1);
