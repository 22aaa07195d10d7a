import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Context } from 'aws-lambda';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toTaskEvent } from '../../../functions/messages/task-event.ts';
import { createDynamoTaskResultStore } from '../../../functions/stores/dynamo/results.ts';
import { aResult } from '../../contract/samples.ts';
import { LOCAL_TABLES, startDynalite } from '../../support/dynalite.ts';
import { fillProfileParts, PROFILE_PARTS_TABLE } from '../../support/profile-parts.ts';
import { receiverSecret } from '../../support/receiver-secret.ts';
import { record } from '../slack/setup.ts';
import { startReceiver } from './receiver.ts';
import { PROFILES, SECRET } from './setup.ts';

const CONTEXT = {
  functionName: 'deliver-webhook',
  awsRequestId: 'r1',
  getRemainingTimeInMillis: () => 30_000,
} as Context;

/** SQS on a loopback port. */
async function startAws() {
  const calls: { target: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target']);
    calls.push({ target, body: (await json(request)) as Record<string, unknown> });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    calls,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the deliver-webhook Lambda', () => {
  it('delivers, puts off and buries by its environment, and writes its metrics', async () => {
    await using aws = await startAws();
    await using receiver = await startReceiver();
    const database = await startDynalite();
    await fillProfileParts(database, PROFILES);
    const table = { client: database.client, tableName: LOCAL_TABLES.results };
    const results = createDynamoTaskResultStore({ ...table, clock: { now: Date.now } });
    const [taken, refused] = ['taken', 'refused'].map((taskId) =>
      aResult({ taskId, callbackUrl: receiver.url, expiresAtS: Math.floor(Date.now() / 1000) + 600 }),
    );
    if (!taken || !refused) throw new Error('two results were made');
    await results.put(taken);
    await results.put(refused);
    const environment = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_ENDPOINT_URL: aws.url,
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      RESULTS_TABLE: LOCAL_TABLES.results,
      PROFILE_PARTS_TABLE,
      DELIVERY_QUEUE_URL: `${aws.url}/1/webhooks`,
      WEBHOOK_DEAD_LETTER_QUEUE_URL: `${aws.url}/1/dead`,
      ALLOW_LOOPBACK_CALLBACKS: 'true',
      POWERTOOLS_SERVICE_NAME: 'test',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    // Powertools has a console of its own on these.
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { handler } = await import('../../../functions/runtime/deliver-webhook.lambda.ts');

    const first = await handler({ Records: [record('1', toTaskEvent(taken)), record('2', 'not json')] }, CONTEXT);
    receiver.answerWith({ status: 503 });
    const second = await handler({ Records: [record('3', toTaskEvent(refused))] }, CONTEXT);

    expect([first, second]).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [{ itemIdentifier: '3' }] }]);
    const [{ body, headers } = expect.fail('nothing came')] = receiver.received;
    expect(
      new Webhook(receiverSecret(SECRET, receiver.url)).verify(body, headers as Record<string, string>),
    ).toMatchObject({ subject: 'taken' });
    expect((await results.get('taken'))?.deliveries).toMatchObject([{ status: 'delivered', http_status: 204 }]);
    expect((await results.get('refused'))?.deliveries).toBeUndefined();
    expect(aws.calls).toEqual([
      { target: 'AmazonSQS.SendMessage', body: expect.objectContaining({ MessageBody: 'not json' }) },
      { target: 'AmazonSQS.ChangeMessageVisibility', body: expect.objectContaining({ ReceiptHandle: 'r' }) },
    ]);
    const metrics = printed.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('"_aws"'));
    expect(metrics.map((line) => JSON.parse(line) as object)).toMatchObject([
      { WebhookDelivered: 1, WebhookDeadLettered: 1 },
      { WebhookRetries: 1 },
    ]);
    await database.close();
  });
});
