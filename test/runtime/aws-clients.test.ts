import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it, vi } from 'vitest';
import { createBriefDynamoClient } from '../../functions/runtime/aws-clients.ts';

afterEach(() => vi.unstubAllEnvs());

it('gives a call of a batch up after one repetition and about 2 s, when DynamoDB stays silent', async () => {
  let requests = 0;
  const server = createServer(() => {
    requests += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = createBriefDynamoClient();
  cleanup.defer(() => client.destroy());
  const call = client.send(new UpdateItemCommand({ TableName: 'Results', Key: { task_id: { S: 't1' } } }));
  await expect(call).rejects.toThrow(/timeout|timed out/i);
  expect(requests).toBe(2);
});
