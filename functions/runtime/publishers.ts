import { createSnsChatPublisher } from '../channels/amazon-q/sns-chat-publisher.ts';
import { createSnsAlertPublisher } from '../channels/sns/sns-alert-publisher.ts';
import { createSnsEventPublisher } from '../channels/sns/sns-event-publisher.ts';
import type { AlertPublisher, EventPublisher } from '../messages/publishers.ts';
import { createSnsClient } from './aws-clients.ts';
import { systemClock as clock } from './system-clock.ts';

type Topics = {
  TASK_EVENTS_TOPIC_ARN: string;
  TASK_ALERTS_TOPIC_ARN: string;
  CHAT_TOPIC_ARN?: string | undefined;
  PUBLIC_URL?: string | undefined;
};

/** Everybody whom a settled task is told to: machines, people and, where it is set up, Amazon Q in chat. */
export function createPublishers(topics: Topics) {
  const client = createSnsClient();
  const options = { client, clock, publicUrl: topics.PUBLIC_URL };
  const events: EventPublisher = createSnsEventPublisher({ ...options, topicArn: topics.TASK_EVENTS_TOPIC_ARN });
  const people: AlertPublisher[] = [createSnsAlertPublisher({ ...options, topicArn: topics.TASK_ALERTS_TOPIC_ARN })];
  if (topics.CHAT_TOPIC_ARN) people.push(createSnsChatPublisher({ ...options, topicArn: topics.CHAT_TOPIC_ARN }));
  return { client, all: [events, ...people] };
}
