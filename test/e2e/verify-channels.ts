import { eventProblems } from '../channels/pagerduty/event-oracle.ts';
import { cardProblems } from '../channels/teams/card-oracle.ts';
import { FOUR_KINDS } from './channel-stand-ins.ts';
import type { Deployment } from './deploy.ts';
import type { WatchedTask } from './tasks.ts';
import type { World } from './world.ts';

const TIMEOUT_MS = 60_000;

/**
 * That one event went by the rules to Slack, Teams and PagerDuty, to the webhook that the task named, and as a mail's text
 * to a subscriber who asked for failures: once each, in the shape that each service takes.
 */
export async function verifyChannels(world: World, deployment: Deployment, tasks: WatchedTask[]): Promise<void> {
  const { report, channels, slack, webhook } = world;
  const { failures } = deployment;
  const { taskId } = tasks.find(({ label }) => label === FOUR_KINDS) ?? { taskId: 'none' };
  const about = (messages: unknown[]) => messages.filter((message) => JSON.stringify(message).includes(taskId)).length;
  const places = {
    Slack: slack.messages,
    Teams: channels.teams.bodies,
    PagerDuty: channels.pager.bodies,
    webhook: webhook.received,
    'e-mail': failures.messages,
  };
  const counts = () => Object.entries(places).map(([name, messages]) => `${name} ${about(messages)}`);
  await report.until({
    what: 'waiting for a channel of each kind',
    timeoutMs: TIMEOUT_MS,
    soFar: () => counts().join(),
    async probe() {
      await failures.receive();
      return Object.values(places).every((messages) => about(messages) > 0) || undefined;
    },
  });
  const isOnce = Object.values(places).every((messages) => about(messages) === 1);
  report.check(
    'one event reached Slack, Teams, PagerDuty, the webhook and the mail for failures, once each',
    isOnce,
    counts(),
  );
  const [card, ...otherCards] = channels.teams.bodies as { attachments: [{ content: unknown }] }[];
  const [page, ...otherPages] = channels.pager.bodies;
  const problems = [...cardProblems(card?.attachments[0].content), ...eventProblems(JSON.stringify(page))];
  report.check('the card and the PagerDuty event are valid by their schemas', problems.length === 0, problems);
  const others = [...otherCards, ...otherPages];
  report.check('Teams and PagerDuty got nothing that the rules keep from them', others.length === 0, others);
  const isFiltered = failures.messages.every(({ Subject }) => /failed/.test(String(Subject)));
  report.check('the mail for failures tells of failures alone', isFiltered, failures.messages);
}
