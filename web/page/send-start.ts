import { ApiError, callJson, type PendingTask } from './api.ts';
import type { Said } from './parts.tsx';
import { go } from './places.ts';
import { addressOf } from './route.ts';

/** One attempt to start something: its key is the same for the same content, so that a repeat starts nothing twice. */
export type Attempt = { content: string; key: string };

export function attemptOf(content: string, last: Attempt | undefined): Attempt {
  return last?.content === content ? last : { content, key: randomKey() };
}

/** `crypto.randomUUID` is there on https and on this machine alone. */
function randomKey(): string {
  return `page-${Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')}`;
}

/** What Huawei Cloud is known to refuse in a file, by the task that this tab has started with it. */
export const warningsOf = new Map<string, string[]>();

/** Starts it and shows its task, or says why not and what helps. */
export async function sendStart(path: string, { key }: Attempt, request: RequestInit): Promise<Said | undefined> {
  try {
    const headers = { ...request.headers, 'idempotency-key': key };
    const task = await callJson<PendingTask>(path, { ...request, method: 'POST', headers });
    go(addressOf({ name: 'task', id: task.task_id }));
    // They are in the answer to the start alone.
    if (task.warnings !== undefined) warningsOf.set(task.task_id, task.warnings);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const retry = error.status === 0 ? ' Send it again: it starts once at most.' : '';
    return { text: `${error.message}${retry}` };
  }
}
