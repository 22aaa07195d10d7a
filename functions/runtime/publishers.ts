import { composeChatTopic } from '../channels/amazon-q/message.ts';
import { composeEvents, composeMails, createSnsPublisher, readAlertGroups } from '../channels/sns.ts';
import type { Publisher } from '../messages/publishers.ts';
import type { TaskResult } from '../tasks/result.ts';
import { createSnsClient } from './aws-clients.ts';
import { systemClock as clock } from './system-clock.ts';

type Topics = {
  TASK_EVENTS_TOPIC_ARN: string;
  TASK_ALERTS_TOPIC_ARN: string;
  CHAT_TOPIC_ARN?: string | undefined;
  ALERT_GROUPS?: string | undefined;
  PUBLIC_URL?: string | undefined;
};

/** The topics that a settled task is announced on: for machines, for people and, if set up, for Amazon Q in chat. */
export function createPublishers(topics: Topics) {
  const client = createSnsClient();
  const groups = readAlertGroups(topics.ALERT_GROUPS);
  const options = { publicUrl: topics.PUBLIC_URL };
  const publisher = (topicArn: string, compose: Parameters<typeof createSnsPublisher>[1]) =>
    createSnsPublisher({ client, topicArn, clock }, compose);
  const all: Publisher[] = [
    publisher(topics.TASK_EVENTS_TOPIC_ARN, composeEvents(options)),
    publisher(topics.TASK_ALERTS_TOPIC_ARN, composeMails(options, groups)),
  ];
  if (topics.CHAT_TOPIC_ARN) all.push(publisher(topics.CHAT_TOPIC_ARN, composeChatTopic(options)));
  return {
    client,
    all,
    toChannel: (result: TaskResult, channel: string) =>
      publisher(topics.TASK_EVENTS_TOPIC_ARN, composeEvents(options, channel)).publish([result]),
  };
}
