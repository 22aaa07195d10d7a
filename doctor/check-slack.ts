import { createSlackWebhook } from '../functions/channels/slack/post.ts';
import type { SlackAnswer } from '../functions/channels/slack/slack-webhook.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import { type Finding, fail, ok, warn } from './check.ts';

/** Nothing to show: a live webhook refuses it with 400, and nobody sees a message. */
const EMPTY_MESSAGE = { text: '', blocks: [] };
const TIMEOUT_MS = 10_000;

/** Asks each channel's webhook whether it lives, without posting anything. */
export async function checkSlack(channels: Record<string, string>, clock: Clock): Promise<Finding[]> {
  const webhook = createSlackWebhook({ clock });
  return Promise.all(
    Object.entries(channels).map(async ([channel, url]) =>
      judge(`slack ${channel}`, await webhook.post(url, EMPTY_MESSAGE, TIMEOUT_MS)),
    ),
  );
}

function judge(check: string, answer: SlackAnswer): Finding {
  switch (answer.kind) {
    case 'refused':
      return ok(check, `alive (refused an empty message: ${answer.reason})`);
    case 'throttled':
      return ok(check, 'alive (asks for a slower pace)');
    case 'gone':
      return fail(check, `dead: ${answer.reason}`, 'make a new webhook in Slack and put its URL into the Slack secret');
    case 'unavailable':
      return fail(check, `does not answer: ${answer.reason}`, 'check the network from here and Slack’s status page');
    case 'delivered':
      return warn(check, 'took an empty message, which Slack never does', 'see whether the URL is a Slack webhook');
  }
}
