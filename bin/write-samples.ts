import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { composeChat, toChatMessage } from '../functions/channels/amazon-q/chat-message.ts';
import { alertText } from '../functions/messages/alert-text.ts';
import { composeAlerts } from '../functions/messages/digest.ts';
import { toEventAttributes, toTaskEvent } from '../functions/messages/task-event.ts';
import type { TaskResult } from '../functions/tasks/outcome.ts';
import { terminalText } from '../local/terminal-alerts.ts';
import { burst, expiredImport, failedImport, goodExport, partialImport } from './sample-results.ts';

const options = { publicUrl: 'https://tasks.example.com' };
const pipe = { write: () => undefined, colours: false };

/** Every sample of `docs/samples`, by file name; a test holds the folder against it. */
export function renderSamples(): Record<string, string> {
  return {
    'event-import-partially-succeeded.json': json(toTaskEvent(partialImport, options)),
    'event-import-failed.json': json(toTaskEvent(failedImport, options)),
    'event-export-succeeded.json': json(toTaskEvent(goodExport, options)),
    'event-attributes.json': json(toEventAttributes(partialImport)),
    'alert-import-partially-succeeded.txt': mail(alertText(partialImport, options)),
    'alert-import-failed.txt': mail(alertText(failedImport, options)),
    'alert-import-expired.txt': mail(alertText(expiredImport, options)),
    'alert-export-succeeded.txt': mail(alertText(goodExport, options)),
    'alert-digest.txt': composeAlerts(burst, options).map(mail).join('\n'),
    'chat-import-partially-succeeded.json': json(toChatMessage(partialImport, options)),
    'chat-export-succeeded.json': json(toChatMessage(goodExport, options)),
    'chat-digest.json': json(chatDigest(burst)),
    'terminal-import-partially-succeeded.txt': terminalText(partialImport, { ...options, terminal: pipe }),
  };
}

/** The text with each block that follows `<!-- sample name -->` replaced by that sample. Throws for an unknown name. */
export function embedSamples(markdown: string, samples: Record<string, string>): string {
  return markdown.replace(/(<!-- sample (\S+) -->\n```\w*\n)[\s\S]*?(```\n)/g, (_block, before, name, after) => {
    const sample = samples[name];
    if (sample === undefined) throw new Error(`docs/notifications.md refers to a sample that does not exist: ${name}`);
    return `${before}${sample.trimEnd()}\n${after}`;
  });
}

function chatDigest(results: TaskResult[]): unknown {
  return composeChat(results, options)[0]?.message;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function mail({ subject, body }: { subject: string; body: string }): string {
  return `Subject: ${subject}\n\n${body}\n`;
}

if (import.meta.main) {
  const docs = new URL('../docs/', import.meta.url);
  const samples = renderSamples();
  await mkdir(new URL('samples/', docs), { recursive: true });
  for (const [name, text] of Object.entries(samples)) await writeFile(new URL(`samples/${name}`, docs), text);
  const page = new URL('notifications.md', docs);
  await writeFile(page, embedSamples(await readFile(page, 'utf8'), samples));
}
