import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../functions/tasks/errors.ts';
import type { Log } from '../../functions/tasks/ports.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { burst, failedImport, goodExport } from '../../generate/sample-results.ts';
import type { Subscriber } from '../../local/delivery-queue.ts';
import {
  createLocalAlertPublisher,
  createLocalEventPublisher,
  type LocalEvent,
  publishToChannel,
} from '../../local/local-publishers.ts';
import { publisherSubscriber } from '../../local/subscribers.ts';
import { createTopic } from '../../local/topics.ts';
import { createFakeClock, silentLog } from '../support/fixtures.ts';
import { openLocalStores } from './local-stores.ts';

type Stores = Awaited<ReturnType<typeof openLocalStores>>;
let stores: Stores;
beforeEach(async () => {
  stores = await openLocalStores();
});
afterEach(() => stores[Symbol.asyncDispose]());

function topicOf<T>(queues = stores.queues, log: Log = silentLog) {
  return createTopic<T>({ name: 'events', clock: createFakeClock(), log, queues });
}

function collector(wants: (message: LocalEvent) => boolean) {
  const got: LocalEvent[] = [];
  const deliver: Subscriber<LocalEvent>['deliver'] = async (batch) => {
    got.push(...batch.map(({ message }) => message));
    return [];
  };
  return { name: 'slack', wants, got, deliver };
}

describe('the local publishers', () => {
  it('carry an event with its attributes', async () => {
    const topic = topicOf<LocalEvent>();
    const slack = collector(({ attributes }) => attributes.outcome === 'failed');
    topic.subscribe(slack);
    const publisher = createLocalEventPublisher(topic, { publicUrl: 'http://127.0.0.1:3000' });
    expect(await publisher.publish([failedImport, goodExport])).toEqual({ failed: [] });
    await topic.drained();
    expect(slack.got).toHaveLength(1);
    expect(slack.got[0]?.event.data.result_url).toBe(`http://127.0.0.1:3000/tasks/${failedImport.taskId}`);
    expect(slack.got[0]?.attributes.label).toBe('production');
  });

  it('name the channel of an event that is for one alone', async () => {
    const topic = topicOf<LocalEvent>();
    const slack = collector(() => true);
    topic.subscribe(slack);
    expect(await publishToChannel(topic, { result: failedImport, channel: 'payments' })).toEqual({ failed: [] });
    await topic.drained();
    expect(slack.got.map(({ attributes }) => attributes.channel)).toEqual(['payments']);
  });

  it('keep a round of alerts together and try again what was not sent, with the first reason in the log', async () => {
    const warnings: unknown[] = [];
    const topic = topicOf<TaskResult>(stores.queues, { ...silentLog, warn: (_, fields) => void warnings.push(fields) });
    const rounds: string[][] = [];
    const publisher = {
      publish: async (results: TaskResult[]) => {
        rounds.push(results.map(({ taskId }) => taskId));
        return { failed: rounds.length === 1 ? [{ taskId: failedImport.taskId, reason: 'x' }] : [] };
      },
    };
    topic.subscribe(publisherSubscriber('e-mail', publisher));
    await createLocalAlertPublisher(topic).publish(burst);
    await topic.drained();
    expect(rounds).toEqual([burst.map(({ taskId }) => taskId), [failedImport.taskId]]);
    expect(warnings).toEqual([
      { channel: 'e-mail', reason: 'x' },
      { channel: 'e-mail', failed_attempts: 1 },
    ]);
  });

  it('report every task as not published when the database does not accept them', async () => {
    const add = () => Promise.reject(new StoreError('The disk is full'));
    const topic = topicOf<TaskResult>({ ...stores.queues, add });
    topic.subscribe(publisherSubscriber('e-mail', { publish: async () => ({ failed: [] }) }));
    const report = await createLocalAlertPublisher(topic).publish(burst);
    expect(report.failed).toEqual(burst.map(({ taskId }) => ({ taskId, reason: 'The disk is full' })));
  });

  it('lets a result that cannot be rendered keep no other back', async () => {
    const topic = topicOf<TaskResult>();
    const rounds: string[][] = [];
    const publisher = {
      publish: async (results: TaskResult[]) => {
        if (results.some(({ taskId }) => taskId === failedImport.taskId) && rounds.length < 5)
          throw new RangeError('deep');
        rounds.push(results.map(({ taskId }) => taskId));
        return { failed: [] };
      },
    };
    topic.subscribe(publisherSubscriber('e-mail', publisher));
    const others = burst.filter(({ taskId }) => taskId !== failedImport.taskId);
    await createLocalAlertPublisher(topic).publish([failedImport, ...others]);
    await topic.drained();
    expect(rounds.slice(0, -1)).toEqual(others.map(({ taskId }) => [taskId]));
    expect(rounds.at(-1)).toEqual([failedImport.taskId]);
  });
});
