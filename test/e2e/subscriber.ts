import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Aws } from './aws.ts';

/** A queue of somebody else's that listens to one of the stack's topics. */
export type Subscriber = {
  /** Everything that has come so far. */
  messages: Record<string, unknown>[];
  /** Takes what has come since. */
  receive(): Promise<void>;
  remove(): Promise<void>;
};

export type Subscription = {
  name: string;
  topicArn: string;
  /** Raw delivery, as machines want it; else the envelope with the subject is kept. */
  raw: boolean;
  filterPolicy?: Record<string, string[]>;
};

/** Subscribes a new queue, with the policy that AWS wants for it. */
export async function subscribe({ sqs, sns }: Aws, subscription: Subscription): Promise<Subscriber> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: subscription.name }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const queueArn = (await sqs.send(asked)).Attributes?.QueueArn;
  const Attributes = { Policy: policyFor(queueArn, subscription.topicArn) };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  await sns.send(
    new SubscribeCommand({
      ...{ TopicArn: subscription.topicArn, Protocol: 'sqs', Endpoint: queueArn },
      Attributes: {
        RawMessageDelivery: String(subscription.raw),
        ...(subscription.filterPolicy && { FilterPolicy: JSON.stringify(subscription.filterPolicy) }),
      },
    }),
  );
  const messages: Record<string, unknown>[] = [];
  return {
    messages,
    async receive() {
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return;
        messages.push(...Messages.map(({ Body = '' }) => JSON.parse(Body)));
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    async remove() {
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}

function policyFor(queueArn: string | undefined, topicArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' },
        ...{ Resource: queueArn, Condition: { ArnEquals: { 'aws:SourceArn': topicArn } } },
      },
    ],
  });
}
