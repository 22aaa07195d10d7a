import { Duration, Validations } from 'aws-cdk-lib';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** A poll point lies five minutes ahead at most, and a wake that is older than this wakes nobody in time. */
const RETENTION = Duration.minutes(10);
/** Not shorter than the poller's timeout, as Lambda demands. */
const VISIBILITY = Duration.seconds(100);

/** Messages that wake the poller for a point that is due: from registrations, and from the end of each of its runs. */
export class WakeQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      visibilityTimeout: VISIBILITY,
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'A wake that failed is worth nothing a minute later: the schedule polls what it was for.',
    });
  }

  /** One message a run, and a run a shard at the same time: a run of a shard that is held ends at once. Lambda's minimum is 2. */
  feed(poller: LambdaFunction, shards: number): void {
    new EventSourceMapping(this, 'Feed', {
      target: poller,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      maxConcurrency: Math.max(2, shards),
    });
  }
}

/** What Lambda's poller does in the name of the function. */
export const FEED_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
