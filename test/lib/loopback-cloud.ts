import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as it arrived. */
export type Received = { method: string; path: string; target: string; body: string };

export type LoopbackCloud = AsyncDisposable & {
  url: string;
  /** Set before the first request. Values of Secrets Manager by secret id. */
  secrets: Record<string, unknown>;
  /** The answer of Huawei's APIG to every status query. */
  taskAnswer: unknown;
  /** Everything but the reading of secrets. */
  received: Received[];
};

/** Secrets Manager, SNS, Slack and Huawei's APIG on one loopback port, as far as one call of each function needs them. */
export async function startLoopbackCloud(): Promise<LoopbackCloud> {
  const server = createServer((request, response) => void answer(cloud, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cloud: LoopbackCloud = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets: {},
    taskAnswer: undefined,
    received: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return cloud;
}

async function answer(cloud: LoopbackCloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const target = String(request.headers['x-amz-target'] ?? new URLSearchParams(body).get('Action') ?? '');
  if (target === 'secretsmanager.GetSecretValue') {
    const id: string = JSON.parse(body).SecretId;
    return void response.end(JSON.stringify({ Name: id, SecretString: JSON.stringify(cloud.secrets[id]) }));
  }
  cloud.received.push({ method: request.method ?? '', path: request.url ?? '', target, body });
  if (target === 'PublishBatch') return void response.end(publishedBatch(body));
  response.end(request.url?.includes('/async-tasks/') ? JSON.stringify(cloud.taskAnswer) : 'ok');
}

function publishedBatch(body: string): string {
  const ids = [...new URLSearchParams(body)].filter(([name]) => /\.Id$/.test(name)).map(([, id]) => id);
  const members = ids.map((id) => `<member><Id>${id}</Id><MessageId>${id}</MessageId></member>`).join('');
  return `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>${members}</Successful><Failed/></PublishBatchResult></PublishBatchResponse>`;
}
