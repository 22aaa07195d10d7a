import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../lib/settings.ts';
import { EVERYTHING, propertiesOf, resourcesOf, synthesize } from './synthesize.ts';

const everything = synthesize(EVERYTHING);
const nothing = synthesize();

describe('topics', () => {
  it('are all encrypted with a key that is rotated', () => {
    nothing.resourceCountIs('AWS::SNS::Topic', 3);
    everything.resourceCountIs('AWS::SNS::Topic', 4);
    everything.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    everything.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  it('all refuse what does not come over TLS', () => {
    everything.resourceCountIs('AWS::SNS::TopicPolicy', 4);
    everything.allResourcesProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sns:Publish',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  it('let the alarms of this account through to operators, key included', () => {
    const fromAlarms = (actions: unknown) =>
      Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Action: actions,
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]);
    nothing.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: fromAlarms('sns:Publish') },
    });
    nothing.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: fromAlarms(['kms:Decrypt', 'kms:GenerateDataKey']) },
    });
  });

  it('reach people at their addresses, and operators at theirs', () => {
    const mails = (template: typeof everything, topic: string) =>
      resourcesOf(template, 'AWS::SNS::Subscription')
        .map(({ Properties }) => Properties as { Protocol: string; Endpoint: string; TopicArn: { Ref: string } })
        .filter(({ Protocol, TopicArn }) => Protocol === 'email' && TopicArn.Ref.startsWith(topic))
        .map(({ Endpoint }) => Endpoint);
    expect(mails(everything, 'TopicsTaskAlerts')).toEqual(['people@example.com']);
    expect(mails(everything, 'TopicsOperator')).toEqual(['operator@example.com']);
    expect(mails(synthesize({ alertEmails: ['a@example.com'] }), 'TopicsOperator')).toEqual(['a@example.com']);
    expect(mails(nothing, 'Topics')).toEqual([]);
  });
});

describe('queues', () => {
  it('are encrypted, refuse plain http, and have dead letters that last 14 days', () => {
    everything.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    everything.resourceCountIs('AWS::SQS::QueuePolicy', 6);
    everything.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
    for (const id of ['PollerDeadLetters', 'NotificationsChannelsDeadLetters', 'NotificationsWebhooksDeadLetters']) {
      expect(propertiesOf(everything, 'AWS::SQS::Queue', id).MessageRetentionPeriod, id).toBe(14 * 86_400);
    }
  });

  it('hand their function batches of which it can give back single records', () => {
    const feeds = resourcesOf(everything, 'AWS::Lambda::EventSourceMapping').filter(
      ({ id }) => !id.startsWith('Wakes'),
    );
    expect(feeds).toHaveLength(2);
    for (const { Properties } of feeds) {
      expect(Properties).toMatchObject({
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      });
    }
  });

  it('hide a batch six times as long as its function may take', () => {
    expect(propertiesOf(everything, 'AWS::SQS::Queue', 'NotificationsChannelsQueue').VisibilityTimeout).toBe(
      6 * 60 + 5,
    );
    expect(propertiesOf(everything, 'AWS::SQS::Queue', 'NotificationsWebhooksQueue').VisibilityTimeout).toBe(6 * 60);
  });
});

describe('named channels', () => {
  it('is not there unless it is on', () => {
    expect(() => propertiesOf(nothing, 'AWS::Lambda::Function', 'NotificationsSlack')).toThrow('No AWS::Lambda');
  });

  it('gets every event, in batches that fill for five seconds', () => {
    everything.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
    });
    everything.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      RawMessageDelivery: true,
      FilterPolicy: Match.absent(),
      RedrivePolicy: { deadLetterTargetArn: Match.anyValue() },
    });
  });
});

describe('both queues', () => {
  it.each(['Channels', 'Webhooks'])('wait for 24 hours: %s neither forgets nor gives up before', (name) => {
    const queue = propertiesOf(everything, 'AWS::SQS::Queue', `Notifications${name}Queue`);
    const dayS = 86_400;
    expect(queue.MessageRetentionPeriod).toBeGreaterThan(dayS);
    // A message whose function fails comes back at each visibility time-out.
    const { maxReceiveCount } = queue.RedrivePolicy as { maxReceiveCount: number };
    expect(maxReceiveCount * Number(queue.VisibilityTimeout)).toBeGreaterThan(dayS);
    expect(maxReceiveCount * Number(queue.VisibilityTimeout)).toBeLessThan(Number(queue.MessageRetentionPeriod));
  });

  it('let the function of named channels delay a message, and note its end', () => {
    const { Variables } = propertiesOf(everything, 'AWS::Lambda::Function', 'NotificationsChannels').Environment as {
      Variables: Record<string, unknown>;
    };
    expect(Variables).toMatchObject({
      CHANNELS_QUEUE_URL: { Ref: expect.stringMatching(/^NotificationsChannelsQueue/) },
      RESULTS_TABLE: { Ref: expect.stringMatching(/^TablesResults/) },
    });
  });
});

describe('a channel that is switched off', () => {
  it.each([
    [
      'channels',
      ['NotificationsChannelsQueue', 'NotificationsChannelsDeadLetters', 'SecretsChannels'],
      /deletes that secret/,
    ],
    [
      'webhooks',
      ['NotificationsWebhooksQueue', 'NotificationsWebhooksDeadLetters'],
      /deletes the queue and the dead-letter queue/,
    ],
    ['chatTopic', ['TopicsChat'], /deletes the topic/],
  ] as const)('takes with it what its setting says: %s', (setting, parts, words) => {
    const off = resourcesOf(synthesize({ ...EVERYTHING, [setting]: false }));
    for (const part of parts) {
      const [resource] = resourcesOf(everything).filter(({ id }) => id.startsWith(part));
      expect(everything.toJSON().Resources[resource?.id ?? ''].DeletionPolicy ?? 'Delete', part).toBe('Delete');
      expect(off.filter(({ id }) => id.startsWith(part))).toEqual([]);
    }
    expect(settingsSchema.shape[setting].description).toMatch(words);
  });
});

describe('webhooks', () => {
  it('get the events whose task or profile asks for a callback', () => {
    nothing.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      RawMessageDelivery: true,
      FilterPolicy: { callback: ['true'] },
    });
  });

  it('are left out when they are off', () => {
    // The one that is left feeds the poller with its wakes.
    synthesize({ webhooks: false }).resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  });
});
