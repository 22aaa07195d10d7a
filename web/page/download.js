import { call } from './api.js';
import { make } from './dom.js';

/** Saves an export's document: from its own address where it is too large for an answer. */
export async function download({ task_id: taskId, result }) {
  if (result.download_url) return window.open(result.download_url, '_blank', 'noopener');
  const response = await call(`tasks/${taskId}/definition`);
  const link = make('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName(response.headers.get('content-disposition') ?? '') ?? taskId;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function fileName(disposition) {
  const encoded = /filename\*=UTF-8''(\S+)/.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/.exec(disposition)?.[1];
}
