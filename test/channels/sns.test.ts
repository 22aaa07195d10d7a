import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { composeEvents, createSnsPublisher } from '../../functions/channels/sns.ts';
import { StoreError } from '../../functions/tasks/errors.ts';
import type { TaskResult } from '../../functions/tasks/result.ts';
import { goodExport, partialImport } from '../../generate/sample-results.ts';
import { arbitraryResult } from '../messages/arbitrary-result.ts';
import { type Behaviour, type SnsServer, snsDeps, startSnsServer } from './sns-server.ts';

let server: SnsServer;
afterEach(() => server.close());

async function publisherAgainst(behaviour: Behaviour = {}) {
  server = await startSnsServer(behaviour);
  const deps = snsDeps(server);
  return { ...deps, publisher: createSnsPublisher(deps, composeEvents({ publicUrl: 'https://tasks.example.com' })) };
}

const results = (count: number, of: TaskResult = goodExport) =>
  Array.from({ length: count }, (_, n): TaskResult => ({ ...of, taskId: `task-${n}` }));
const large = (count: number) => results(count, { ...goodExport, error: { code: 'X', message: 'é'.repeat(30_000) } });
const taskIdOf = ({ message }: { message: string }): string => JSON.parse(message).subject;

describe('a topic', () => {
  it('sends the CloudEvent with its attributes', async () => {
    const { publisher } = await publisherAgainst();
    expect(await publisher.publish([partialImport])).toEqual({ failed: [] });
    const [entry] = server.taken;
    expect(JSON.parse(entry?.message ?? '')).toMatchObject({ id: `${partialImport.taskId}:partially_succeeded` });
    expect(entry?.attributes).toEqual({
      outcome: { type: 'String', value: 'partially_succeeded' },
      task_type: { type: 'String', value: 'import_api' },
      instance_id: { type: 'String', value: partialImport.instanceId },
      profile: { type: 'String', value: 'default' },
      label: { type: 'String', value: 'staging' },
    });
  });

  it('sends nothing for nothing', async () => {
    const { publisher } = await publisherAgainst();
    expect(await publisher.publish([])).toEqual({ failed: [] });
    expect(server.batches).toEqual([]);
  });

  it('packs ten small events a request', async () => {
    const { publisher } = await publisherAgainst();
    await publisher.publish(results(25));
    expect(server.batches.map((batch) => batch.length).toSorted()).toEqual([10, 10, 5].toSorted());
    expect(server.taken.map(taskIdOf).toSorted()).toEqual(
      results(25)
        .map(({ taskId }) => taskId)
        .toSorted(),
    );
  });

  it('packs fewer where 256 KiB are full before ten are', async () => {
    const { publisher } = await publisherAgainst();
    expect(await publisher.publish(large(10))).toEqual({ failed: [] });
    expect(server.batches.map((batch) => batch.length).toSorted()).toEqual([2, 4, 4].toSorted());
  });

  it('counts the attributes of a message among its bytes', async () => {
    const { client, topicArn, clock } = await publisherAgainst();
    const message = { body: 'm'.repeat(52_200), attributes: { label: 'l'.repeat(256) } };
    const five = Array.from({ length: 5 }, (_, n) => ({ message, taskIds: [`${n}`] }));
    const publisher = createSnsPublisher({ client, topicArn, clock }, () => five);
    expect(await publisher.publish([])).toEqual({ failed: [] });
    expect(server.batches.map((batch) => batch.length).toSorted()).toEqual([1, 4]);
  });

  it('has at most four requests open at once', async () => {
    const { publisher } = await publisherAgainst();
    await publisher.publish(results(200));
    expect(server.batches).toHaveLength(20);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(4);
  });

  it('sends an entry again that SNS failed, and only that one', async () => {
    const { publisher, slept } = await publisherAgainst({
      judge: (entry, request) => (taskIdOf(entry) === 'task-1' && request === 1 ? 'service fault' : 'ok'),
    });
    expect(await publisher.publish(results(3))).toEqual({ failed: [] });
    expect(server.batches.map((batch) => batch.map(taskIdOf))).toEqual([['task-0', 'task-1', 'task-2'], ['task-1']]);
    expect(slept).toEqual([100]);
  });

  it('reports an entry that stays failed after three requests, and its neighbours went out', async () => {
    const { publisher } = await publisherAgainst({
      judge: (entry) => (taskIdOf(entry) === 'task-1' ? 'service fault' : 'ok'),
    });
    expect(await publisher.publish(results(3))).toEqual({
      failed: [{ taskId: 'task-1', reason: 'InternalError: service fault' }],
    });
    expect(server.batches).toHaveLength(3);
    expect(server.taken.map(taskIdOf)).toEqual(['task-0', 'task-2']);
  });

  it("does not repeat what is the sender's fault, and does not throw for it", async () => {
    const { publisher } = await publisherAgainst({ judge: () => 'sender fault' });
    expect(await publisher.publish(results(1))).toEqual({
      failed: [{ taskId: 'task-0', reason: 'InternalError: sender fault' }],
    });
    expect(server.batches).toHaveLength(1);
  });

  it('reports every event of a refused request while another request goes through', async () => {
    const { publisher } = await publisherAgainst({ refuse: (request) => (request === 1 ? 500 : undefined) });
    const { failed } = await publisher.publish(results(12));
    const first = server.batches[0]?.map(taskIdOf) ?? [];
    expect(failed.map(({ taskId }) => taskId)).toEqual(first);
    expect(failed[0]?.reason).toMatch(/InternalError|refused/);
  });

  it('reports what was refused at the retry of a batch that went through in part', async () => {
    const { publisher } = await publisherAgainst({
      judge: (entry) => (taskIdOf(entry) === 'task-0' ? 'service fault' : 'ok'),
      refuse: (request) => (request > 1 ? 500 : undefined),
    });
    const { failed } = await publisher.publish(results(2));
    expect(failed.map(({ taskId }) => taskId)).toEqual(['task-0']);
  });

  it('throws when nothing at all could be published, with the cause', async () => {
    const { publisher } = await publisherAgainst({ refuse: () => 500 });
    const thrown = await publisher.publish(results(12)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(StoreError);
    expect((thrown as StoreError).cause).toBeInstanceOf(Error);
  });

  it('stays within the limits of SNS, whatever the results', async () => {
    const { publisher } = await publisherAgainst();
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryResult, { maxLength: 25 }), async (round) => {
        expect(await publisher.publish(round)).toEqual({ failed: [] });
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});
