import type * as z from 'zod/mini';
import type {
  callerSchema,
  finalTaskSchema,
  listedResultSchema,
  pendingTaskSchema,
  statsSchema,
} from '../../functions/http/response-schemas.ts';
import { withoutUnseen } from '../../functions/tasks/safe-text.ts';
import { readKey } from './key.ts';

export type PendingTask = z.infer<typeof pendingTaskSchema>;
export type FinalTask = z.infer<typeof finalTaskSchema>;
/** A task as the API lists it; the task's own route adds the result. */
export type ListedTask = PendingTask | z.infer<typeof listedResultSchema>;
export type Task = PendingTask | FinalTask;
export type Stats = z.infer<typeof statsSchema>;
export type Caller = z.infer<typeof callerSchema>;
/** Whether the key has a scope. */
export type May = (scope: Caller['scopes'][number]) => boolean;

type Problem = { type?: string; detail?: string; help?: string };

/** Why a call did not do what it should, as a sentence; `status` is 0 if there was no answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;
  constructor(status: number, message: string, problem: Problem = {}) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

let refused = () => {};

/** Whom to call when the service does not know the key. */
export function onRefused(react: () => void): void {
  refused = react;
}

/** An answer of the API, 304 included. Throws `ApiError`. */
export async function call(path: string, { headers, ...options }: RequestInit = {}): Promise<Response> {
  const key = readKey();
  const all = { ...headers, authorization: `Bearer ${key}` };
  const response = await fetch(path, { ...options, headers: all, cache: 'no-store' }).catch(() => {
    throw new ApiError(0, 'The service does not respond.');
  });
  if (response.ok || response.status === 304) return response;
  // An answer to a key that is not used any more says nothing of the present one.
  if (response.status === 401 && key === readKey()) refused();
  const problem: Problem = clean(await response.json().catch(() => ({})));
  throw new ApiError(response.status, problem.detail ?? `The service answered ${response.status}.`, problem);
}

/** The parsed answer, safe to show: see `clean`. */
export async function callJson<T>(path: string, options?: RequestInit): Promise<T> {
  return clean((await (await call(path, options)).json()) as T);
}

/** Options of a request with a JSON body. */
export function jsonBody(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The value without characters that cannot be seen or turn the text around them, in every string and name of it. */
export function clean<T>(value: T): T {
  if (typeof value === 'string') return withoutUnseen(value) as T;
  if (Array.isArray(value)) return value.map(clean) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [withoutUnseen(name), clean(member)])) as T;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
