import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** What receivers do with the next messages: take them, refuse them for now, or not say a word. */
export type Answering = 'takes' | 'unavailable' | 'never';
type Channel = 'slack' | 'webhook' | 'e-mail';
type Message = { channel: Channel; text: string; atMs: number; webhookId: string | undefined };

/** Slack, a webhook and a mail server on loopback. */
export type Receivers = {
  slackUrl: string;
  webhookUrl: string;
  smtpUrl: string;
  answer(answering: Answering): void;
  /** Messages that were taken. */
  arrived: Message[];
  /** Channels that somebody tried to send something by, sorted. */
  tried(): Channel[];
  /** Channels by which something about a task arrived, sorted, each as often as it did. */
  channelsOf(taskId: string): Channel[];
  /** The ids of the webhook's posts, taken or not. */
  webhookIds: string[];
  close(): Promise<void>;
};

const STATUS = { takes: 200, unavailable: 503 };

export async function startReceivers(): Promise<Receivers> {
  let answering: Answering = 'takes';
  const arrived: Message[] = [];
  const tried = new Set<Channel>();
  const webhookIds: string[] = [];
  const note = (channel: Channel, message: string, webhookId?: string) => {
    tried.add(channel);
    if (webhookId !== undefined) webhookIds.push(webhookId);
    if (answering === 'takes') arrived.push({ channel, text: message, atMs: Date.now(), webhookId });
    return answering;
  };

  const http = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    // A sender that is killed in the middle of a message has sent none.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const id = request.headers['webhook-id']?.toString();
    const said = note(request.url === '/webhook' ? 'webhook' : 'slack', body, id);
    if (said !== 'never') response.writeHead(STATUS[said]).end('ok');
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');

  const mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: async (stream, _session, done) => {
      // Long lines are folded in quoted-printable.
      const said = note('e-mail', (await text(stream).catch(() => '')).replaceAll('=\r\n', ''));
      if (said === 'takes') done();
      if (said === 'unavailable') done(Object.assign(new Error('later'), { responseCode: 451 }));
    },
  });
  mail.on('error', () => {});
  mail.listen(0, '127.0.0.1');
  await once(mail.server, 'listening');

  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    slackUrl: `${origin}/services/T0/B0/secret`,
    webhookUrl: `${origin}/webhook`,
    smtpUrl: `smtp://127.0.0.1:${(mail.server.address() as AddressInfo).port}`,
    answer: (next) => {
      answering = next;
    },
    arrived,
    tried: () => [...tried].toSorted(),
    channelsOf: (taskId) =>
      arrived
        .filter((message) => message.text.includes(taskId))
        .map(({ channel }) => channel)
        .toSorted(),
    webhookIds,
    async close() {
      http.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => http.close(resolve)),
        new Promise<void>((resolve) => mail.close(resolve)),
      ]);
    },
  };
}
