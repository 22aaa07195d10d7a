import * as z from 'zod/mini';
import { OUTCOMES } from '../names.ts';

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

const changeable = {
  instance_id: z.optional(idSchema),
  project_id: z.optional(idSchema),
  profile: z.optional(idSchema),
  label: z.optional(labelSchema),
  deadline_seconds: z.optional(
    z.int(DEADLINE_RULE).check(z.gte(60, DEADLINE_RULE), z.lte(7 * 24 * 3600, DEADLINE_RULE)),
  ),
  callback_url: z.optional(
    z
      .string('must be an https URL')
      .check(z.minLength(1, 'must not be empty'), z.maxLength(2048, 'must have at most 2048 characters')),
  ),
};

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

/** Query of `GET /tasks`. */
export const listQuerySchema = z.strictObject({
  state: z.optional(z.enum(['pending', 'final'], 'must be "pending" or "final"')),
  outcome: z.optional(z.enum(OUTCOMES, `must be one of ${OUTCOMES.join(', ')}`)),
  instance_id: z.optional(idSchema),
  label: z.optional(labelSchema),
  limit: z.optional(z.string().check(z.regex(/^(?:[1-9]\d?|100)$/, LIMIT_RULE))),
  cursor: z.optional(
    z.string().check(z.regex(/^[A-Za-z0-9_-]{1,4096}$/, 'must be the next_cursor of the previous page')),
  ),
});
export type ListQuery = z.infer<typeof listQuerySchema>;

export const noQuerySchema = z.strictObject({});
export const taskPathSchema = z.object({ task_id: idSchema });
