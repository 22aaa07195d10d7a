/** A task as the HTTP API answers it; the part that the demo reads. */
export type WireTask = {
  task_id: string;
  state: 'pending' | 'final';
  status?: string;
  label?: string;
  outcome?: string;
  task_type?: string;
  registered_at: string;
  completed_at?: string;
  polls?: number;
  summary?: Record<string, unknown>;
};

export type NotifierClient = {
  /** With `callbackUrl`, that is where the final event is posted. */
  register(taskId: string, label: string, callbackUrl?: string): Promise<void>;
  get(taskId: string): Promise<WireTask>;
};

/** The notifier's own HTTP API, as a CI job would call it. Throws on any answer that is not the documented one. */
export function createNotifierClient(url: string, apiKey: string): NotifierClient {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const call = async (path: string, init: RequestInit, expected: number): Promise<WireTask> => {
    const response = await fetch(`${url}${path}`, { ...init, headers });
    if (response.status !== expected) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
    return (await response.json()) as WireTask;
  };
  return {
    async register(taskId, label, callbackUrl) {
      const body = JSON.stringify({ task_id: taskId, label, callback_url: callbackUrl });
      await call('/tasks', { method: 'POST', body }, 202);
    },
    get: (taskId) => call(`/tasks/${taskId}`, {}, 200),
  };
}
