import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { receiverSecret } from '../support/receiver-secret.ts';

export type Received = { id: string; event: Record<string, unknown> };

export type WebhookReceiver = {
  url: string;
  /** What came with a good signature. */
  received: Received[];
  /** Why others were refused. */
  refused: string[];
  close(): void;
};

/** Somebody's server on a loopback port, which checks signatures with the reference library of Standard Webhooks. */
export async function startWebhookReceiver(profileSecret: string): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const refused: string[] = [];
  let url = '';
  const server = createServer(async (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const body = (await buffer(request)).toString();
    try {
      const verifier = new Webhook(receiverSecret(profileSecret, url));
      const event = verifier.verify(body, headers) as Record<string, unknown>;
      received.push({ id: headers['webhook-id'] ?? '', event });
      response.writeHead(204).end();
    } catch (error) {
      refused.push(String(error));
      response.writeHead(400).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/apig-events`;
  return { url, received, refused, close: () => server.closeAllConnections() ?? server.close() };
}
