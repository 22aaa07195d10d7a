import pLimit from 'p-limit';
import type { Log, MetricSink, TaskResultStore } from '../../tasks/ports.ts';
import type { Delivery } from '../../tasks/result.ts';

const WRITES_AT_A_TIME = 16;
/** One write takes 2 s at most; with less time than this no other is begun. */
const NEEDED_MS = 3_000;

export type DeliveryNotesDeps = {
  results: Pick<TaskResultStore, 'recordDeliveries'>;
  metrics: MetricSink;
  log: Log;
};

/** What one batch has to note on the results of its tasks. */
export type DeliveryNotes = {
  add(taskId: string, delivery: Delivery): void;
  /**
   * Notes everything, in one write a task, once Slack has been posted to. Never throws: Slack has no idempotency, so a
   * note that cannot be made is lost to a log line and a metric, and no message is sent again for its sake.
   */
  write(remainingMs: () => number): Promise<void>;
};

/** Collects the ends of a batch. */
export function createDeliveryNotes({ results, metrics, log }: DeliveryNotesDeps): DeliveryNotes {
  const notes = new Map<string, Delivery[]>();

  const writeOne = async (taskId: string, deliveries: Delivery[], remainingMs: () => number) => {
    try {
      if (remainingMs() < NEEDED_MS) throw new Error('no time left in this invocation');
      await results.recordDeliveries(taskId, deliveries);
    } catch (error) {
      metrics.add('DeliveriesUnrecorded', deliveries.length);
      log.error('slack deliveries not recorded', { task_id: taskId, deliveries, error });
    }
  };

  return {
    add: (taskId, delivery) => void notes.set(taskId, [...(notes.get(taskId) ?? []), delivery]),
    async write(remainingMs) {
      const limit = pLimit(WRITES_AT_A_TIME);
      await Promise.all([...notes].map(([taskId, all]) => limit(() => writeOne(taskId, all, remainingMs))));
    },
  };
}
