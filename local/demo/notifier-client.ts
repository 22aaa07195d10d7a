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

/** Beside the task: its label, and where its final event is posted. */
export type About = { label: string; callbackUrl?: string };

export type NotifierClient = {
  /** Starts an import of an OpenAPI file and watches it; resolves to the task's id. */
  importFile(text: string, about: About): Promise<string>;
  /** Starts an export with Huawei's own fields and watches it; resolves to the task's id. */
  exportGroup(fields: object, about: About): Promise<string>;
  /** Watches a task that was started elsewhere. */
  register(taskId: string, about: About): Promise<void>;
  get(taskId: string): Promise<WireTask>;
};

/** The notifier's own HTTP API, as a CI job would call it. Throws on any answer that is not the documented one. */
export function createNotifierClient(url: string, apiKey: string): NotifierClient {
  const call = async (path: string, init: RequestInit, expected: number): Promise<WireTask> => {
    const headers = { ...init.headers, authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    if (response.status !== expected) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
    return (await response.json()) as WireTask;
  };
  const post = (path: string, body: object) =>
    call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, 202);
  return {
    async importFile(text, { label, callbackUrl }) {
      const form = new FormData();
      form.set('file_name', new File([text], `${label}.json`));
      form.set('label', label);
      if (callbackUrl !== undefined) form.set('callback_url', callbackUrl);
      return (await call('/imports', { method: 'POST', body: form }, 202)).task_id;
    },
    async exportGroup(fields, { label, callbackUrl }) {
      return (await post('/exports', { ...fields, label, callback_url: callbackUrl })).task_id;
    },
    async register(taskId, { label, callbackUrl }) {
      await post('/tasks', { task_id: taskId, label, callback_url: callbackUrl });
    },
    get: (taskId) => call(`/tasks/${taskId}`, {}, 200),
  };
}
