import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createDynamoDeliveryStore } from '../../../functions/stores/dynamo/delivery-store.ts';
import { StoreError } from '../../../functions/tasks/errors.ts';
import type { Delivery } from '../../../functions/tasks/result.ts';

const delivery: Delivery = { channel: 'ops', status: 'delivered', at: '2026-11-24T12:00:00.000Z', attempts: 1 };
const refusal = (kind: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${kind}`, message: 'no' });

type Answer = { status: number; body: unknown } | 'hangs up';
type Call = { target: unknown; authorization: string; body: Record<string, unknown> };

/** A loopback stand-in for DynamoDB that gives these answers, then that the row was updated. */
async function startTable(...answers: Answer[]) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const { authorization = '', 'x-amz-target': target } = request.headers;
    calls.push({ target, authorization, body: (await json(request)) as Call['body'] });
    const answer = answers[calls.length - 1] ?? { status: 200, body: { Attributes: { deliveries: { L: [{}] } } } };
    if (answer === 'hangs up') return request.socket.destroy();
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { recordDeliveries } = createDynamoDeliveryStore({
    tableName: 'Results',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's', sessionToken: 't' }),
  });
  return {
    calls,
    record: () => recordDeliveries('t1', [delivery]),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the notes of deliveries', () => {
  it('are one signed UpdateItem each', async () => {
    await using table = await startTable();
    await table.record();
    expect(table.calls).toMatchObject([
      {
        target: 'DynamoDB_20120810.UpdateItem',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=[^,]*x-amz-target/,
        ),
        body: { TableName: 'Results', Key: { task_id: { S: 't1' } } },
      },
    ]);
  });

  it('are made again after a passing fault', async () => {
    await using table = await startTable({ status: 500, body: {} }, { status: 503, body: 'no JSON object' });
    await table.record();
    expect(table.calls).toHaveLength(3);
  });

  it('are not made where there is no result, and that is no error', async () => {
    await using table = await startTable({ status: 400, body: refusal('ConditionalCheckFailedException') });
    await table.record();
    expect(table.calls).toHaveLength(1);
  });

  it.each<[Answer, string]>([
    [{ status: 400, body: refusal('AccessDeniedException') }, 'HTTP 400, AccessDeniedException'],
    [{ status: 403, body: 'a page' }, 'HTTP 403, no reason'],
    [{ status: 200, body: { Attributes: { deliveries: 'odd' } } }, 'HTTP 200, no reason'],
    ['hangs up', 'dynamodb cannot be reached for DynamoDB_20120810.UpdateItem'],
  ])('throw a StoreError that says why: %j', async (answer, why) => {
    await using table = await startTable(answer);
    const made = table.record();
    await expect(made).rejects.toThrow(StoreError);
    await expect(made).rejects.toThrow(why);
  });
});
