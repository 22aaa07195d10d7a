import * as z from 'zod/mini';
import { parseJson } from '../tasks/json.ts';
import type { StartIntent } from '../tasks/start.ts';

const text = z.string();
const optional = z.exactOptional(text);
const number = z.number();
const error = z.object({ code: text, message: text, requestId: optional, httpStatus: z.exactOptional(number) });

/** Everything that `StartIntent` says; what the plan of the task holds beyond its identity and times is kept as it is. */
const intentSchema = z.object({
  key: text,
  fingerprint: text,
  order: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('import_api'),
      fields: z.record(text, text),
      file: z.object({ name: text, size_bytes: number, sha256: text }),
      title: optional,
    }),
    z.object({
      type: z.literal('export_api'),
      fields: z.looseObject({ group_id: text, env_id: text, apis: z.exactOptional(z.array(text)) }),
    }),
  ]),
  task: z.looseObject({
    ...{
      instanceId: text,
      projectId: text,
      profile: text,
      label: optional,
      callbackUrl: optional,
      registeredBy: optional,
    },
    ...{ registeredAtMs: number, deadlineAtMs: number },
  }),
  state: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('calling'), untilMs: number }),
    z.object({ kind: z.literal('started'), taskId: text }),
    z.object({ kind: z.literal('watched'), taskId: text }),
    z.object({ kind: z.literal('unknown'), error, isSearched: z.boolean(), groupId: optional }),
  ]),
  ...{ createdAtMs: number, expiresAtMs: number, version: number },
});

/** An intent as the stores keep it; they index what they search by beside it. */
export function writeIntent(intent: StartIntent): string {
  return JSON.stringify(intent);
}

/** Undefined for what `writeIntent` did not write. */
export function readIntent(json: string): StartIntent | undefined {
  const parsed = intentSchema.safeParse(parseJson(json));
  return parsed.success ? (parsed.data as StartIntent) : undefined;
}
