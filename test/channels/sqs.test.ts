import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createSqsDeadLetters, delayMessage } from '../../functions/channels/sqs.ts';
import { StoreError } from '../../functions/tasks/errors.ts';

const QUEUE_URL = 'https://sqs.eu-central-1.amazonaws.com/000000000000/queue';

type Call = { target: string; authorization: string; body: Record<string, unknown> };

/** A loopback stand-in for SQS that answers with these statuses, then with 200. */
async function startQueue(...statuses: [number, ...number[]]) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Call['body'];
    const { authorization = '', 'x-amz-target': target } = request.headers;
    calls.push({ target: String(target), authorization, body });
    const status = statuses[calls.length - 1] ?? 200;
    const answer = status === 200 ? { MessageId: 'm1' } : { __type: 'AccessDenied', message: 'no' };
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const queue = {
    queueUrl: QUEUE_URL,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's', sessionToken: 't' }),
  };
  return {
    calls,
    queue,
    deadLetters: createSqsDeadLetters(queue),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the dead-letter queue', () => {
  it('gets the record as it was, with the reason as an attribute', async () => {
    await using queue = await startQueue(200);
    const record = { body: '{"id":"t1:failed"}', attributes: { channel: 'ops', empty: '' } };
    await queue.deadLetters.send(record, 'HTTP 410\nchannel_is_archived');
    expect(queue.calls).toEqual([
      {
        target: 'AmazonSQS.SendMessage',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/sqs\/aws4_request, SignedHeaders=[^,]*x-amz-target/,
        ),
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
    await queue.deadLetters.send({ body: '{}', attributes: { channel: 'ops', ...many } }, 'why');
    const names = Object.keys(queue.calls[0]?.body.MessageAttributes as object);
    expect(names).toHaveLength(10);
    expect(names.slice(0, 2)).toEqual(['reason', 'channel']);
  });

  it('is asked again after a passing fault', async () => {
    await using queue = await startQueue(500, 503);
    await queue.deadLetters.send({ body: '{}', attributes: {} }, 'why');
    expect(queue.calls).toHaveLength(3);
  });

  it('that refuses a record throws a StoreError', async () => {
    await using queue = await startQueue(403);
    const sent = queue.deadLetters.send({ body: '{}', attributes: {} }, 'why');
    await expect(sent).rejects.toThrow(StoreError);
  });
});

describe('the queue that a record came from', () => {
  it('hides a message in whole seconds, never shorter than asked', async () => {
    await using sqs = await startQueue(200);
    await delayMessage(sqs.queue, 'receipt-1', 4_001);
    const body = { QueueUrl: QUEUE_URL, ReceiptHandle: 'receipt-1', VisibilityTimeout: 5 };
    expect(sqs.calls).toMatchObject([{ target: 'AmazonSQS.ChangeMessageVisibility', body }]);
  });

  it('that refuses to throws a StoreError', async () => {
    await using sqs = await startQueue(400);
    await expect(delayMessage(sqs.queue, 'receipt-1', 5_000)).rejects.toThrow(StoreError);
  });
});
