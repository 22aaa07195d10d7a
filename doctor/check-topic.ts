import {
  GetTopicAttributesCommand,
  paginateListSubscriptionsByTopic,
  type SNSClient,
  type Subscription,
} from '@aws-sdk/client-sns';
import { type Check, type Finding, fail, ok, warn } from './check.ts';

export type TopicToCheck = {
  label: string;
  arn: string | undefined;
  /** Addresses that the settings subscribe. */
  emails: readonly string[];
  /** People, who should be somebody; machines may be nobody. */
  isForPeople: boolean;
};

/** What SNS says instead of an ARN until the mail's link is clicked. */
const PENDING = 'PendingConfirmation';

/** Whether a topic is there, and whether those who should hear it have confirmed. */
export function topicCheck(client: SNSClient, topic: TopicToCheck): Check {
  const name = `topic ${topic.label}`;
  return {
    name,
    async run() {
      const { arn } = topic;
      if (arn === undefined) return [fail(name, 'missing in the outputs of the stack', 'deploy this version')];
      await client.send(new GetTopicAttributesCommand({ TopicArn: arn }));
      const subscriptions = await listSubscriptions(client, arn);
      return [judgeAudience(name, topic, subscriptions), ...judgeEmails(topic, arn, subscriptions)];
    },
  };
}

async function listSubscriptions(client: SNSClient, arn: string): Promise<Subscription[]> {
  const found: Subscription[] = [];
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn: arn })) {
    found.push(...Subscriptions);
  }
  return found;
}

function judgeAudience(name: string, { isForPeople }: TopicToCheck, subscriptions: Subscription[]): Finding {
  const confirmed = subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:')).length;
  const said = `${confirmed} confirmed subscription(s)`;
  if (confirmed > 0 || !isForPeople) return ok(name, said);
  return warn(
    name,
    'no confirmed subscription',
    'set alertEmails in settings.json and deploy, or subscribe an address to the topic',
  );
}

function judgeEmails(topic: TopicToCheck, arn: string, subscriptions: Subscription[]): Finding[] {
  const mails = subscriptions.filter(({ Protocol }) => Protocol === 'email' || Protocol === 'email-json');
  const waiting = mails
    .filter(({ SubscriptionArn }) => SubscriptionArn === PENDING)
    .map(({ Endpoint = '' }) => Endpoint);
  const known = new Set(mails.map(({ Endpoint = '' }) => Endpoint.toLowerCase()));
  const missing = topic.emails.filter((address) => !known.has(address.toLowerCase()));
  const again = (address: string) =>
    `aws sns subscribe --protocol email --topic-arn ${arn} --notification-endpoint ${address}`;
  const check = `e-mail ${topic.label}`;
  return [
    ...waiting.map((address) =>
      warn(
        check,
        `${address} has not confirmed`,
        `click the link in the mail from AWS, valid 2 days; then: ${again(address)}`,
      ),
    ),
    ...missing.map((address) => fail(check, `${address} is no longer subscribed`, again(address))),
  ];
}
