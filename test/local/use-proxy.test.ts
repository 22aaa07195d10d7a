import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { postToService } from '../../functions/channels/http-post.ts';
import { postToWebhook } from '../../functions/channels/webhook/post.ts';
import { ConfigError } from '../../functions/tasks/errors.ts';
import { useProxy } from '../../local/use-proxy.ts';

const clock = { now: Date.now };
let undo = () => {};
afterEach(() => undo());

/** Notes the first line of each connection, and refuses it. */
async function startListener() {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      asked.push(head.toString('latin1').split('\r\n', 1)[0] ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, asked, [Symbol.asyncDispose]: async () => void server.close() };
}

const postToChat = (url: string) => postToService({ url, body: {}, wordOf: () => '' }, { clock, timeoutMs: 3_000 });

describe('HTTPS_PROXY', () => {
  it('is asked for a tunnel to a chat service', async () => {
    await using proxy = await startListener();
    undo = useProxy({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    expect(await postToChat('https://hooks.slack.com/services/T0/B0/x')).toMatchObject({ kind: 'unavailable' });
    expect(proxy.asked).toEqual(['CONNECT hooks.slack.com:443 HTTP/1.1']);
  });

  it('is not asked for a host in NO_PROXY, nor for plain http to this machine', async () => {
    await using proxy = await startListener();
    await using chat = await startListener();
    undo = useProxy({ https_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: '127.0.0.1' });
    await postToChat(`https://127.0.0.1:${chat.port}/`);
    await postToChat(`http://localhost:${chat.port}/`);
    expect([proxy.asked.length, chat.asked.length]).toEqual([0, 2]);
  });

  it('is not asked for a webhook', async () => {
    await using proxy = await startListener();
    await using receiver = await startListener();
    undo = useProxy({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    const request = { url: `https://127.0.0.1:${receiver.port}/`, headers: {}, body: '{}' };
    await postToWebhook(request, { clock, allowLoopback: true, timeoutMs: 3_000 });
    expect([proxy.asked, receiver.asked.length]).toEqual([[], 1]);
  });

  it('is refused without its value where it is no URL', () => {
    expect(() => useProxy({ HTTPS_PROXY: 'not a url with pass@word' })).toThrow(ConfigError);
    expect(() => useProxy({ HTTPS_PROXY: 'not a url with pass@word' })).not.toThrow(/pass@word/);
  });
});
