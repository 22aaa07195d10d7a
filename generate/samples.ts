import { composeChat, toChatMessage } from '../functions/channels/amazon-q/message.ts';
import { toPagerDutyEvent } from '../functions/channels/pagerduty/event.ts';
import { renderSlackMessage, renderSlackPosts } from '../functions/channels/slack/channel.ts';
import { renderTeamsCard, renderTeamsPosts } from '../functions/channels/teams/cards.ts';
import { type AlertText, alertText } from '../functions/messages/alert.ts';
import { composeAlerts } from '../functions/messages/digest.ts';
import { type Notice, toEventAttributes, toNotice, toTaskEvent } from '../functions/messages/task-event.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import { terminalText } from '../local/terminal-alerts.ts';
import { EXPORTED, FAILED, makeBatch, makeEvent, PARTIAL } from './sample-events.ts';
import { burst, expiredImport, failedImport, goodExport, partialImport } from './sample-results.ts';

const options = { publicUrl: 'https://tasks.example.com' };
const pipe = { write: () => undefined, colours: false };

/** Every sample of `docs/samples`, by file name; a test compares the folder with it. */
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
    'slack-succeeded.json': json(renderSlackMessage(makeEvent())),
    'slack-partial.json': json(renderSlackMessage(makeEvent(PARTIAL), '<!here>')),
    'slack-failed.json': json(renderSlackMessage(makeEvent(FAILED), '<!subteam^S012AB3CD>')),
    'slack-exported.json': json(renderSlackMessage(makeEvent(EXPORTED))),
    'slack-digest.json': json(
      renderSlackPosts(makeBatch().map((event) => ({ event, mention: '<!here>' })))[0]?.message,
    ),
    'teams-partial.json': json(renderTeamsCard(makeEvent(PARTIAL))),
    'teams-digest.json': json(renderTeamsPosts(makeBatch().map((event) => ({ event })))[0]?.message),
    'pagerduty-trigger.json': json(toPagerDutyEvent(makeEvent(PARTIAL))),
    'pagerduty-resolve.json': json(toPagerDutyEvent(makeEvent({ isFirstSuccess: true }))),
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
