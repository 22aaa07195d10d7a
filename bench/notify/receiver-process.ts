import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequests } from '../child.ts';

/** Answers the counts since the last request, and where to send to. */
export type Received = { url: string; snsRequests: number; snsMessages: number; slackPosts: number };

let counts = { snsRequests: 0, snsMessages: 0, slackPosts: 0 };

// SNS's PublishBatch and Slack's webhook, both taking everything.
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (request.url?.startsWith('/services/')) {
    counts.slackPosts += 1;
    response.end('ok');
    return;
  }
  const ids = [...new URLSearchParams(Buffer.concat(chunks).toString())].filter(([name]) =>
    /\.member\.\d+\.Id$/.test(name),
  );
  counts.snsRequests += 1;
  counts.snsMessages += ids.length;
  response.setHeader('content-type', 'text/xml').end(answerOf(ids.map(([, id]) => id)));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

answerRequests(async () => {
  const received = { url, ...counts };
  counts = { snsRequests: 0, snsMessages: 0, slackPosts: 0 };
  return received;
});

function answerOf(ids: string[]): string {
  const members = ids.map((id) => `<member><Id>${id}</Id><MessageId>m-${id}</MessageId></member>`).join('');
  const result = `<PublishBatchResult><Failed/><Successful>${members}</Successful></PublishBatchResult>`;
  return `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</PublishBatchResponse>`;
}
