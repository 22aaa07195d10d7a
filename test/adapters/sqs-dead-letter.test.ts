import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createSqsDeadLetter } from '../../functions/adapters/sqs-dead-letter.ts';
import { StoreError } from '../../functions/core/errors.ts';

const QUEUE_URL = 'http://127.0.0.1/000000000000/dead';

type Call = { target: string; body: Record<string, unknown> };

/** A loopback stand-in for SQS that answers every call with one status. */
async function startQueue(status: number) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Call['body'];
    calls.push({ target: String(request.headers['x-amz-target']), body });
    const answer = status === 200 ? { MessageId: 'm1' } : { __type: 'AccessDenied', message: 'no' };
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    useQueueUrlAsEndpoint: false,
    md5: false,
    maxAttempts: 1,
  });
  return {
    calls,
    client,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the dead-letter queue', () => {
  it('gets the record as it was, with the reason as an attribute', async () => {
    await using queue = await startQueue(200);
    const record = { body: '{"id":"t1:failed"}', attributes: { channel: 'ops', empty: '' } };
    await createSqsDeadLetter(queue.client, QUEUE_URL).send(record, 'HTTP 410\nchannel_is_archived');
    expect(queue.calls).toEqual([
      {
        target: 'AmazonSQS.SendMessage',
        body: {
          QueueUrl: QUEUE_URL,
          MessageBody: '{"id":"t1:failed"}',
          MessageAttributes: {
            reason: { DataType: 'String', StringValue: 'HTTP 410 channel_is_archived' },
            channel: { DataType: 'String', StringValue: 'ops' },
          },
        },
      },
    ]);
  });

  it('never gets more than ten attributes, the reason and the channel among them', async () => {
    await using queue = await startQueue(200);
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`a${index}`, 'x']));
    await createSqsDeadLetter(queue.client, QUEUE_URL).send(
      { body: '{}', attributes: { channel: 'ops', ...many } },
      'why',
    );
    const names = Object.keys(queue.calls[0]?.body.MessageAttributes as object);
    expect(names).toHaveLength(10);
    expect(names.slice(0, 2)).toEqual(['reason', 'channel']);
  });

  it('that refuses a record throws a StoreError', async () => {
    await using queue = await startQueue(403);
    const sent = createSqsDeadLetter(queue.client, QUEUE_URL).send({ body: '{}', attributes: {} }, 'why');
    await expect(sent).rejects.toThrow(StoreError);
  });
});
