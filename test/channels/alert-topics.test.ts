import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { composeChatTopic } from '../../functions/channels/amazon-q/message.ts';
import {
  composeMails,
  createSnsOperatorAlerter,
  createSnsPublisher,
  type SnsTopic,
} from '../../functions/channels/sns.ts';
import { createProcessAlertMemory } from '../../functions/messages/operator-alerter.ts';
import type { Log } from '../../functions/tasks/ports.ts';
import { burst, failedImport, goodExport } from '../../generate/sample-results.ts';
import { arbitraryResult } from '../messages/arbitrary-result.ts';
import { type Behaviour, type SnsServer, snsDeps, startSnsServer } from './sns-server.ts';

let server: SnsServer;
afterEach(() => server.close());

async function depsAgainst(behaviour: Behaviour = {}) {
  server = await startSnsServer(behaviour);
  return snsDeps(server);
}

const mailPublisher = (topic: SnsTopic) => createSnsPublisher(topic, composeMails({}));
const chatPublisher = (topic: SnsTopic) => createSnsPublisher(topic, composeChatTopic({}));

describe('the topic for people', () => {
  it('sends each of a few results with subject, text and outcome', async () => {
    const publisher = mailPublisher(await depsAgainst());
    expect(await publisher.publish([failedImport, goodExport])).toEqual({ failed: [] });
    expect(server.batches).toHaveLength(1);
    expect(server.taken.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^APIG import failed/),
      expect.stringMatching(/^APIG export succeeded/),
    ]);
    expect(server.taken[0]?.attributes).toEqual({ outcome: { type: 'String.Array', value: '["failed"]' } });
  });

  it('sends one digest for a burst, with every outcome it tells about', async () => {
    const publisher = mailPublisher(await depsAgainst());
    await publisher.publish(burst);
    expect(server.taken).toHaveLength(1);
    expect(JSON.parse(server.taken[0]?.attributes.outcome?.value ?? '')).toEqual([
      'succeeded',
      'partially_succeeded',
      'failed',
      'expired',
    ]);
  });

  it('reports every task of a digest that was not sent', async () => {
    const publisher = mailPublisher(await depsAgainst({ judge: () => 'sender fault' }));
    const { failed } = await publisher.publish(burst);
    expect(failed.map(({ taskId }) => taskId).toSorted()).toEqual(burst.map(({ taskId }) => taskId).toSorted());
  });

  it('stays within the limits of SNS, whatever the results', async () => {
    const deps = await depsAgainst();
    const publishers = [mailPublisher(deps), chatPublisher(deps)];
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryResult, { maxLength: 15 }), async (round) => {
        for (const publisher of publishers) expect(await publisher.publish(round)).toEqual({ failed: [] });
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});

describe('the topic of Amazon Q', () => {
  it('sends custom notifications without attributes or subject', async () => {
    const publisher = chatPublisher(await depsAgainst());
    expect(await publisher.publish([failedImport])).toEqual({ failed: [] });
    expect(server.taken[0]).toMatchObject({ attributes: {} });
    expect(server.taken[0]).not.toHaveProperty('subject');
    expect(JSON.parse(server.taken[0]?.message ?? '')).toMatchObject({ version: '1.0', source: 'custom' });
  });

  it('reports the tasks of a message that was not sent', async () => {
    const publisher = chatPublisher(await depsAgainst({ judge: () => 'sender fault' }));
    const { failed } = await publisher.publish([failedImport]);
    expect(failed).toEqual([{ taskId: failedImport.taskId, reason: 'InternalError: sender fault' }]);
  });
});

describe('createSnsOperatorAlerter', () => {
  const lines: string[] = [];
  const log: Log = { info: () => {}, warn: () => {}, error: (message) => lines.push(message) };
  const alert = { key: 'profile:default', subject: 'Profile é broken\r\n', body: 'Mend it.' };

  it('sends an alert with a subject that SNS takes, once per key', async () => {
    const alerter = createSnsOperatorAlerter({ ...(await depsAgainst()), log, memory: createProcessAlertMemory() });
    expect([await alerter.raise(alert), await alerter.raise(alert)]).toEqual([true, false]);
    expect(server.taken).toEqual([expect.objectContaining({ subject: 'Profile e broken', message: 'Mend it.' })]);
  });

  it('logs an alert that was not sent, and sends it when it is raised again', async () => {
    const deps = await depsAgainst({ refuse: (request) => (request === 1 ? 500 : undefined) });
    const alerter = createSnsOperatorAlerter({ ...deps, log, memory: createProcessAlertMemory() });
    expect([await alerter.raise(alert), await alerter.raise(alert)]).toEqual([false, true]);
    expect(lines).toEqual(['operator alert not sent']);
  });
});
