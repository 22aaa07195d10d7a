import * as z from 'zod/mini';
import { OUTCOMES } from '../names.ts';
import { contextProblem } from '../tasks/context.ts';
import { parseJson } from '../tasks/json.ts';

const ID_RULE = 'must be 1 to 64 characters of A-Z, a-z, 0-9, "-" and "_"';
const LABEL_RULE = 'must be 1 to 128 printable characters, and not only spaces';
const DEADLINE_RULE = 'must be a whole number of seconds from 60 to 604800 (7 days)';
const LIMIT_RULE = 'must be a whole number from 1 to 100';

/** Ids as Huawei gives them, and names of profiles. */
export const idSchema = z.string(ID_RULE).check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, ID_RULE));
/** No control, invisible or direction character. Spelled out, because clients and tools that read the document know no `\p{C}`. */
const LABEL_CHARACTER =
  '[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\uffff]';
const LABEL = new RegExp(`^${LABEL_CHARACTER}*${LABEL_CHARACTER.replace('[^', '[^\\s')}${LABEL_CHARACTER}*$`, 'u');
const labelSchema = z.string(LABEL_RULE).check(
  // First, because the pattern takes long for a long text that does not match.
  z.maxLength(128, { error: LABEL_RULE, abort: true }),
  z.regex(LABEL, { error: LABEL_RULE, abort: true }),
  z.refine((label) => label.isWellFormed(), LABEL_RULE),
);

const contextSchema = z
  .record(z.string(), z.string('must be a string'), 'must be an object of strings')
  .check((payload) => {
    const message = contextProblem(payload.value);
    if (message !== undefined) payload.issues.push({ code: 'custom', message, input: payload.value });
  });
/** The same in a form, as JSON. */
export const contextTextSchema = z.pipe(z.pipe(z.string(), z.transform(parseJson)), contextSchema);

const deadlineSchema = z.int(DEADLINE_RULE).check(z.gte(60, DEADLINE_RULE), z.lte(7 * 24 * 3600, DEADLINE_RULE));
/** The same in a form, where everything is text. */
export const deadlineTextSchema = z.pipe(z.pipe(z.string(), z.transform(Number)), deadlineSchema);

const changeable = {
  instance_id: z.optional(idSchema),
  project_id: z.optional(idSchema),
  profile: z.optional(idSchema),
  label: z.optional(labelSchema),
  context: z.optional(contextSchema),
  deadline_seconds: z.optional(deadlineSchema),
  callback_url: z.optional(
    z
      .string('must be an https URL')
      .check(z.minLength(1, 'must not be empty'), z.maxLength(2048, 'must have at most 2048 characters')),
  ),
};

/** What a start says of the task that it becomes: as a registration, but for its id. */
export const startedTaskShape = changeable;

/** Body of `POST /tasks`, and one entry of a batch. */
export const registrationSchema = z.strictObject({ task_id: idSchema, ...changeable });
export type Registration = z.infer<typeof registrationSchema>;

/** Body of `POST /tasks/{task_id}/watch`: what is to be other than the result says. */
export const watchAgainSchema = z.strictObject(changeable);
export type WatchAgain = z.infer<typeof watchAgainSchema>;

/** Body of `POST /tasks/batch`. Entries are checked one by one, so that a bad one does not fail the rest. */
export const batchSchema = z.strictObject({
  tasks: z
    .array(z.unknown(), 'must be an array of registrations')
    .check(z.minLength(1, 'must have at least 1 entry'), z.maxLength(100, 'must have at most 100 entries')),
});

/** Body of `POST /tasks/{task_id}/notifications`. */
export const notificationSchema = z.strictObject({
  channel: z.optional(
    z
      .string('must be the name of a channel')
      .check(z.regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 characters of A-Z, a-z, 0-9, ".", "-" and "_"')),
  ),
});

const OUTCOME_LIST = new RegExp(`^(?:${OUTCOMES.join('|')})(?:,(?:${OUTCOMES.join('|')}))*$`);
const OUTCOMES_RULE = `must be one of ${OUTCOMES.join(', ')}, or several with commas`;
const SINCE_RULE = 'must be a time as in 2026-11-24T12:00:00Z, or a span as in 24h or 7d';

/** The instant that `since` names, counted back from `nowMs` where it is a span; undefined where it is neither. */
export function sinceMs(text: string, nowMs: number): number | undefined {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined)
    return nowMs - Number(count) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'm' | 'h' | 'd'];
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isTime ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Query of `GET /tasks/{task_id}`. */
export const waitQuerySchema = z.strictObject({
  wait: z.optional(z.string().check(z.regex(/^(?:[0-5]?\d|60)$/, 'must be a whole number of seconds from 0 to 60'))),
});

const filters = {
  profile: z.optional(idSchema),
  task_type: z.optional(z.string().check(z.regex(/^[a-z_]{1,64}$/, 'must be a type such as import_api'))),
  group_id: z.optional(idSchema),
  since: z.optional(z.string().check(z.refine((text) => sinceMs(text, 0) !== undefined, SINCE_RULE))),
  instance_id: z.optional(idSchema),
  label: z.optional(labelSchema),
};

/** Query of `GET /stats`. */
export const statsQuerySchema = z.strictObject(filters);
export type StatsQuery = z.infer<typeof statsQuerySchema>;

/** Query of `GET /tasks`. */
export const listQuerySchema = z.strictObject({
  state: z.optional(z.enum(['pending', 'final'], 'must be "pending" or "final"')),
  outcome: z.optional(z.string().check(z.regex(OUTCOME_LIST, OUTCOMES_RULE))),
  order: z.optional(z.enum(['attention'], 'must be "attention", or left out')),
  ...filters,
  limit: z.optional(z.string().check(z.regex(/^(?:[1-9]\d?|100)$/, LIMIT_RULE))),
  cursor: z.optional(
    z.string().check(z.regex(/^[A-Za-z0-9_-]{1,4096}$/, 'must be the next_cursor of the previous page')),
  ),
});
export type ListQuery = z.infer<typeof listQuerySchema>;

export const noQuerySchema = z.strictObject({});
export const taskPathSchema = z.object({ task_id: idSchema });
