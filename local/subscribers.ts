import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { createWorker, type WorkerDeps } from '../functions/channels/worker.ts';
import type { Publisher } from '../functions/messages/publishers.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import type { Attempt, Returned, Subscriber } from './delivery-queue.ts';
import type { LocalEvent } from './local-publishers.ts';

/** An invocation of a worker in AWS has a minute too. */
const TIMEOUT_MS = 60_000;

type WorkerOptions = Omit<WorkerDeps, 'deadLetters' | 'delay'> & Pick<Subscriber<LocalEvent>, 'wants' | 'maxBatch'>;

/** A channels' worker behind the local topic: it gets queue records as in AWS, and sets when they are tried again. */
export function workerSubscriber({ wants, maxBatch, ...deps }: WorkerOptions): Subscriber<LocalEvent> {
  const { queue, clock, log } = deps;
  const delays = new Map<string, { delayMs: number; reason: string }>();
  const worker = createWorker({
    ...deps,
    // The queue says once that its channel fails, and not for each message.
    log: { ...log, warn: log.info },
    delay: async (receipt, delayMs, reason) => void delays.set(receipt, { delayMs, reason }),
    deadLetters: { send: async (_record, reason) => log.error(`${queue.name} message dropped`, { reason }) },
  });
  return {
    name: queue.name,
    ...(wants && { wants }),
    ...(maxBatch && { maxBatch }),
    async deliver(batch) {
      const attempts = new Map(batch.map((attempt) => [randomUUID() as string, attempt]));
      const deadlineMs = clock.now() + TIMEOUT_MS;
      const { batchItemFailures } = await worker(
        { Records: [...attempts].map(([id, attempt]) => toQueueRecord(id, attempt)) },
        { getRemainingTimeInMillis: () => deadlineMs - clock.now() },
      );
      return batchItemFailures.flatMap(({ itemIdentifier: id }) => {
        const attempt = attempts.get(id);
        const delay = delays.get(id);
        delays.delete(id);
        return attempt === undefined ? [] : [{ attempt, ...delay }];
      });
    },
  };
}

/** A publisher of alerts behind the local topic; tasks that it reports as failed are tried again. */
export function publisherSubscriber(name: string, publisher: Publisher): Subscriber<TaskResult> {
  const deliver: Subscriber<TaskResult>['deliver'] = async (batch) => {
    const { failed } = await publisher.publish(batch.map(({ message }) => message));
    const reasons = new Map(failed.map(({ taskId, reason }) => [taskId, reason]));
    return batch.flatMap((attempt) => {
      const reason = reasons.get(attempt.message.taskId);
      return reason === undefined ? [] : [{ attempt, reason }];
    });
  };
  return {
    name,
    async deliver(batch) {
      try {
        return await deliver(batch);
      } catch {
        // One of them cannot be rendered. Publishing renders everything before it sends, so none has arrived.
        const ends = await Promise.all(
          batch.map((one) => deliver([one]).catch((error: unknown) => failedBy(one, error))),
        );
        return ends.flat();
      }
    },
  };
}

function failedBy(attempt: Attempt<TaskResult>, error: unknown): Returned<TaskResult>[] {
  return [{ attempt, reason: error instanceof Error ? error.message : 'unknown' }];
}

/** The attempt as a record of an SQS queue that a topic feeds with raw delivery. The id is also its receipt. */
function toQueueRecord(id: string, { message: { event, attributes }, ...attempt }: Attempt<LocalEvent>): SQSRecord {
  const messageAttributes = Object.entries(attributes).map(([name, stringValue]) => [
    name,
    { dataType: 'String', stringValue },
  ]);
  return {
    messageId: id,
    receiptHandle: id,
    body: JSON.stringify(event),
    attributes: {
      ApproximateReceiveCount: `${attempt.attempts + 1}`,
      ApproximateFirstReceiveTimestamp: `${attempt.firstAtMs}`,
    },
    messageAttributes: Object.fromEntries(messageAttributes),
  } as unknown as SQSRecord;
}
