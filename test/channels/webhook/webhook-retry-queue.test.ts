import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createSqsRetryQueue } from '../../../functions/channels/webhook/webhook-retry-queue.ts';
import { StoreError } from '../../../functions/tasks/errors.ts';

const QUEUE_URL = 'https://sqs.eu-central-1.amazonaws.com/000000000000/webhooks';

async function startQueue(status: number) {
  const calls: { target: unknown; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    calls.push({ target: request.headers['x-amz-target'], body: await json(request) });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const queue = createSqsRetryQueue({
    queueUrl: QUEUE_URL,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's' }),
  });
  return {
    calls,
    queue,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the queue of webhooks', () => {
  it('hides a message in whole seconds, never shorter than asked', async () => {
    await using sqs = await startQueue(200);
    await sqs.queue.delay('receipt-1', 4_001);
    const body = { QueueUrl: QUEUE_URL, ReceiptHandle: 'receipt-1', VisibilityTimeout: 5 };
    expect(sqs.calls).toEqual([{ target: 'AmazonSQS.ChangeMessageVisibility', body }]);
  });

  it('that refuses to throws a StoreError', async () => {
    await using sqs = await startQueue(400);
    await expect(sqs.queue.delay('receipt-1', 5_000)).rejects.toThrow(StoreError);
  });
});
