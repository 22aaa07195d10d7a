import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SlackStandIn = {
  webhookUrl: string;
  /** Bodies as Slack would get them, in order. */
  messages: unknown[];
  close(): void;
};

/** Accepts what is posted to an incoming webhook, on a loopback port. */
export async function startSlackStandIn(): Promise<SlackStandIn> {
  const messages: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    messages.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/demo`;
  return { webhookUrl, messages, close: () => server.closeAllConnections() ?? server.close() };
}
