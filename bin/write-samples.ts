import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { composeChat, toChatMessage } from '../functions/channels/amazon-q/message.ts';
import { type AlertText, alertText } from '../functions/messages/alert.ts';
import { composeAlerts } from '../functions/messages/digest.ts';
import { type Notice, toEventAttributes, toNotice, toTaskEvent } from '../functions/messages/task-event.ts';
import type { TaskResult } from '../functions/tasks/outcome.ts';
import { terminalText } from '../local/terminal-alerts.ts';
import { burst, expiredImport, failedImport, goodExport, partialImport } from './sample-results.ts';

const options = { publicUrl: 'https://tasks.example.com' };
const pipe = { write: () => undefined, colours: false };

/** Every sample of `docs/samples`, by file name; a test checks the folder against it. */
export function renderSamples(): Record<string, string> {
  return {
    'event-import-partially-succeeded.json': json(toTaskEvent(partialImport, options)),
    'event-import-failed.json': json(toTaskEvent(failedImport, options)),
    'event-export-succeeded.json': json(toTaskEvent(goodExport, options)),
    'event-attributes.json': json(toEventAttributes(partialImport)),
    'alert-import-partially-succeeded.txt': mail(alertText(notice(partialImport))),
    'alert-import-failed.txt': mail(alertText(notice(failedImport))),
    'alert-import-expired.txt': mail(alertText(notice(expiredImport))),
    'alert-export-succeeded.txt': mail(alertText(notice(goodExport))),
    'alert-digest.txt': composeAlerts(burst.map(notice))
      .map(({ message }) => mail(message))
      .join('\n'),
    'chat-import-partially-succeeded.json': json(toChatMessage(notice(partialImport))),
    'chat-export-succeeded.json': json(toChatMessage(notice(goodExport))),
    'chat-digest.json': json(composeChat(burst.map(notice))[0]?.message),
    'terminal-import-partially-succeeded.txt': terminalText([partialImport], pipe, options),
  };
}

/** The text with each block that follows `<!-- sample name -->` replaced by that sample. Throws for an unknown name. */
export function embedSamples(markdown: string, samples: Record<string, string>): string {
  return markdown.replace(/(<!-- sample (\S+) -->\n```\w*\n)[\s\S]*?(```\n)/g, (_block, before, name, after) => {
    const sample = samples[name];
    if (sample === undefined) throw new Error(`docs/notifications.md names an unknown sample: ${name}`);
    return `${before}${sample.trimEnd()}\n${after}`;
  });
}

function notice(result: TaskResult): Notice {
  return toNotice(result, options);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function mail({ subject, body }: AlertText): string {
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
