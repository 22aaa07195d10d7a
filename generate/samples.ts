import { composeChat, toChatMessage } from '../functions/channels/amazon-q/chat-message.ts';
import { renderSlackPosts } from '../functions/channels/slack/slack-digest.ts';
import { renderSlackMessage } from '../functions/channels/slack/slack-message.ts';
import { alertText } from '../functions/messages/alert-text.ts';
import { composeAlerts } from '../functions/messages/digest.ts';
import { toEventAttributes, toTaskEvent } from '../functions/messages/task-event.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import { terminalText } from '../local/terminal-alerts.ts';
import { EXPORTED, FAILED, makeBatch, makeEvent, PARTIAL } from '../test/channels/slack/slack-events.ts';
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
    ...renderSlackSamples(),
    'terminal-import-partially-succeeded.txt': terminalText(partialImport, { ...options, terminal: pipe }),
  };
}

/** As each is posted to a channel with a mention; `npm run generate` draws a picture of each. */
function renderSlackSamples(): Record<string, string> {
  const [digest] = renderSlackPosts(makeBatch().map((event) => ({ event, mention: '<!here>' })));
  return {
    'slack-succeeded.json': json(renderSlackMessage(makeEvent())),
    'slack-partial.json': json(renderSlackMessage(makeEvent(PARTIAL), '<!here>')),
    'slack-failed.json': json(renderSlackMessage(makeEvent(FAILED), '<!subteam^S012AB3CD>')),
    'slack-exported.json': json(renderSlackMessage(makeEvent(EXPORTED))),
    'slack-digest.json': json(digest?.message),
  };
}

/** The text with each block that follows `<!-- sample name -->` replaced by that sample. Throws for an unknown name. */
export function embedSamples(markdown: string, samples: Record<string, string>): string {
  return markdown.replace(/(<!-- sample (\S+) -->\n```\w*\n)[\s\S]*?(```\n)/g, (_block, before, name, after) => {
    const sample = samples[name];
    if (sample === undefined) throw new Error(`docs/notifications.md wants a sample that nobody writes: ${name}`);
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
