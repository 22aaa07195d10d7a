import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { OUTCOMES, type Outcome } from '../functions/names.ts';
import { allow } from './node-function.ts';
import { addressOf, type Recipient } from './setting-kinds.ts';
import type { Settings } from './settings.ts';

/** The topics: events for machines, alerts for people, and what operators must fix. All encrypted, all TLS only. */
export class Topics extends Construct {
  readonly events: Topic;
  readonly alerts: Topic;
  readonly operator: Topic;
  /** For Amazon Q Developer in chat applications, with `chatTopic` on. */
  readonly chat: Topic | undefined;
  /** Our own, because CloudWatch alarms cannot publish to a topic under the AWS managed key. */
  readonly key: Key;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Encrypts the topics of ${settings.stackName}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.events = this.#topic('TaskEvents', 'APIG task events');
    this.alerts = this.#topic('TaskAlerts', 'APIG task alerts');
    this.operator = this.#topic('Operator', 'APIG task notifier: operator');
    this.chat = settings.chatTopic ? this.#topic('Chat', 'APIG task chat') : undefined;
    this.#letAlarmsPublish();
    subscribe(this.alerts, settings.alertEmails);
    subscribe(this.operator, settings.operatorEmails ?? settings.alertEmails.map(addressOf));
  }

  /** What a function needs to publish to these topics. */
  publishStatements(...topics: (Topic | undefined)[]): PolicyStatement[] {
    const arns = topics.flatMap((topic) => (topic ? [topic.topicArn] : []));
    return [allow(['sns:Publish'], ...arns), allow(['kms:GenerateDataKey', 'kms:Decrypt'], this.key.keyArn)];
  }

  #topic(id: string, displayName: string): Topic {
    return new Topic(this, id, { displayName, masterKey: this.key, enforceSSL: true });
  }

  // A topic policy replaces the default one, under which alarms of the account could publish.
  #letAlarmsPublish() {
    const alarms = {
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    };
    this.operator.addToResourcePolicy(
      new PolicyStatement({ ...alarms, actions: ['sns:Publish'], resources: [this.operator.topicArn] }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({ ...alarms, actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: ['*'] }),
    );
  }
}

function subscribe(topic: Topic, recipients: readonly Recipient[]) {
  for (const recipient of recipients) {
    const wanted = typeof recipient === 'string' ? undefined : recipient.outcomes;
    const filterPolicy = wanted && { outcome: SubscriptionFilter.stringFilter({ allowlist: wanted }) };
    topic.addSubscription(new EmailSubscription(addressOf(recipient), { ...(filterPolicy && { filterPolicy }) }));
  }
}

/**
 * The outcomes by who wants them, as `failed,expired;succeeded`: alerts that mixed two of these groups would bring people
 * what they did not ask for. Undefined where everybody wants the same.
 */
export function alertGroups(recipients: readonly Recipient[]): string | undefined {
  const wants = (outcome: Outcome) =>
    recipients.map((one) => typeof one === 'string' || one.outcomes.includes(outcome)).join();
  const groups = [...Map.groupBy(OUTCOMES, wants).values()];
  return groups.length === 1 ? undefined : groups.map((group) => group.join(',')).join(';');
}
