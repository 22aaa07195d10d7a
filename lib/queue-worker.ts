import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic, SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { createDeadLetterQueue } from './dead-letter-queue.ts';
import { allow, createNodeFunction, type NodeFunctionProps } from './node-function.ts';

export type Queues = { queue: Queue; deadLetters: Queue };

export type QueueWorkerProps = {
  topic: ITopic;
  /** Which of the topic's messages reach the queue. Default: all. */
  filterPolicy?: Record<string, SubscriptionFilter>;
  retention: Duration;
  /** Receives after which SQS moves a message to the dead letters. */
  maxReceives: number;
  batchSize: number;
  /** How long Lambda waits for a batch to fill. */
  batchWindow: Duration;
  timeout: Duration;
  /** The function, which may know its queues; the permission to be fed from them is added. */
  function: (queues: Queues) => Omit<NodeFunctionProps, 'timeout'>;
};

/** Actions that Lambda's poller does in the name of the function. */
const FEED_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** topic → queue → function, with dead letters behind both arrows. */
export class QueueWorker extends Construct {
  readonly function: LambdaFunction;
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: QueueWorkerProps) {
    super(scope, id);
    this.deadLetters = createDeadLetterQueue(this, 'DeadLetters');
    this.queue = this.#createQueue(props);
    const made = props.function({ queue: this.queue, deadLetters: this.deadLetters });
    this.function = createNodeFunction(this, 'Function', {
      ...made,
      timeout: props.timeout,
      statements: [...made.statements, allow(FEED_ACTIONS, this.queue.queueArn)],
    });
    this.#subscribe(props);
    new EventSourceMapping(this, 'Feed', {
      target: this.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: props.batchSize,
      maxBatchingWindow: props.batchWindow,
      maxConcurrency: made.settings.workerConcurrency,
      reportBatchItemFailures: true,
    });
  }

  #createQueue(props: QueueWorkerProps): Queue {
    return new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: props.retention,
      // AWS advises six times the function's timeout, so that throttled batches are not received twice.
      visibilityTimeout: Duration.seconds(6 * props.timeout.toSeconds() + props.batchWindow.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceives },
    });
  }

  #subscribe({ topic, filterPolicy }: QueueWorkerProps) {
    const subscription = new SqsSubscription(this.queue, {
      rawMessageDelivery: true,
      deadLetterQueue: this.deadLetters,
      ...(filterPolicy && { filterPolicy }),
    });
    topic.addSubscription(subscription);
  }
}
