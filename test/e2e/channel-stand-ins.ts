import { startReceiver } from '../../local/demo/receiver.ts';
import type { SlackStandIn } from '../../local/demo/slack-stand-in.ts';

const ROUTING_KEY = 'e2e0123456789abcdef0123456789abc';
/** Tasks with this label go to a channel of each kind; all others to Slack alone. */
export const FOUR_KINDS = 'four-kinds';

/** Teams and PagerDuty on loopback ports. */
export type ChannelStandIns = {
  teams: { bodies: unknown[] };
  pager: { bodies: unknown[] };
  /** The channels secret. */
  routing: object;
  close(): void;
};

export async function startChannelStandIns(slack: SlackStandIn): Promise<ChannelStandIns> {
  const [teams, pager] = await Promise.all([startReceiver('/workflows/e2e'), startReceiver('/v2/enqueue')]);
  return {
    ...{ teams, pager },
    routing: {
      channels: {
        default: slack.webhookUrl,
        teams: { type: 'teams', url: teams.url },
        pager: { type: 'pagerduty', routing_key: ROUTING_KEY, url: pager.url },
      },
      rules: [
        { when: { label: FOUR_KINDS, outcome: ['failed'] }, channels: ['default', 'teams', 'pager'] },
        { when: { first_success: true }, channels: ['default'] },
      ],
      default: ['default'],
    },
    close() {
      teams.close();
      pager.close();
    },
  };
}
