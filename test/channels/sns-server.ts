import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Clock } from '../../functions/tasks/ports.ts';

export type SentEntry = {
  id: string;
  message: string;
  subject?: string;
  attributes: Record<string, { type: string; value: string }>;
};

/** What the server says about one entry: taken, or failed by whom. */
export type Verdict = 'ok' | 'service fault' | 'sender fault';

export type SnsServer = {
  client: SNSClient;
  /** Entries of every PublishBatch that arrived, the refused ones too. */
  batches: SentEntry[][];
  /** Entries that were taken. */
  taken: SentEntry[];
  /** Most requests that were open at the same time. */
  mostAtOnce(): number;
  close(): Promise<void>;
};

export type Behaviour = {
  judge?: (entry: SentEntry, request: number) => Verdict;
  /** An HTTP status for the whole request. */
  refuse?: (request: number) => number | undefined;
};

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:TaskEvents';
const MAX_BYTES = 262_144;

/** A stand-in for SNS's PublishBatch on loopback that enforces the documented limits of entries, bytes and subjects. */
export async function startSnsServer(behaviour: Behaviour = {}): Promise<SnsServer> {
  const batches: SentEntry[][] = [];
  const taken: SentEntry[] = [];
  let open = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    open += 1;
    most = Math.max(most, open);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const entries = parseEntries(form);
    const number = batches.push(entries);
    const status = behaviour.refuse?.(number);
    const problem = status === undefined ? findProblem(form, entries) : 'InternalError';
    if (problem) response.writeHead(status ?? 400).end(errorXml(problem));
    else {
      const verdicts = entries.map((entry) => ({ entry, verdict: behaviour.judge?.(entry, number) ?? 'ok' }));
      taken.push(...verdicts.filter(({ verdict }) => verdict === 'ok').map(({ entry }) => entry));
      response.writeHead(200, { 'content-type': 'text/xml' }).end(answerXml(verdicts));
    }
    open -= 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new SNSClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  return {
    client,
    batches,
    taken,
    mostAtOnce: () => most,
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The dependencies of a publisher against this server, with waits that pass at once and are written down. */
export function snsDeps(server: SnsServer): { client: SNSClient; topicArn: string; clock: Clock; slept: number[] } {
  const slept: number[] = [];
  const clock: Clock = { now: () => Date.parse('2026-11-24T02:00:00Z'), sleep: async (ms) => void slept.push(ms) };
  return { client: server.client, topicArn, clock, slept };
}

function parseEntries(form: URLSearchParams): SentEntry[] {
  const entries: SentEntry[] = [];
  for (let n = 1; form.has(`PublishBatchRequestEntries.member.${n}.Id`); n += 1) {
    const prefix = `PublishBatchRequestEntries.member.${n}`;
    const subject = form.get(`${prefix}.Subject`);
    entries.push({
      id: form.get(`${prefix}.Id`) ?? '',
      message: form.get(`${prefix}.Message`) ?? '',
      ...(subject === null ? {} : { subject }),
      attributes: parseAttributes(form, prefix),
    });
  }
  return entries;
}

function parseAttributes(form: URLSearchParams, prefix: string): SentEntry['attributes'] {
  const attributes: SentEntry['attributes'] = {};
  for (let n = 1; form.has(`${prefix}.MessageAttributes.entry.${n}.Name`); n += 1) {
    const entry = `${prefix}.MessageAttributes.entry.${n}`;
    attributes[form.get(`${entry}.Name`) ?? ''] = {
      type: form.get(`${entry}.Value.DataType`) ?? '',
      value: form.get(`${entry}.Value.StringValue`) ?? '',
    };
  }
  return attributes;
}

function findProblem(form: URLSearchParams, entries: SentEntry[]): string | undefined {
  if (form.get('Action') !== 'PublishBatch' || form.get('TopicArn') !== topicArn) return 'NotFound';
  if (entries.length === 0) return 'EmptyBatchRequest';
  if (entries.length > 10) return 'TooManyEntriesInBatchRequest';
  if (new Set(entries.map(({ id }) => id)).size < entries.length) return 'BatchEntryIdsNotDistinct';
  if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) > MAX_BYTES) return 'BatchRequestTooLong';
  return entries.every(isValid) ? undefined : 'InvalidParameter';
}

function bytesOf({ message, subject = '', attributes }: SentEntry): number {
  const texts = Object.entries(attributes).map(([name, { type, value }]) => name + type + value);
  return Buffer.byteLength([message, subject, ...texts].join(''));
}

function isValid({ message, subject, attributes }: SentEntry): boolean {
  const hasValidSubject = subject === undefined || /^[!-~][ -~]{0,98}$/.test(subject);
  return message !== '' && hasValidSubject && Object.values(attributes).every(({ type, value }) => type && value);
}

function answerXml(verdicts: { entry: SentEntry; verdict: Verdict }[]): string {
  const member = ({ entry, verdict }: { entry: SentEntry; verdict: Verdict }) =>
    verdict === 'ok'
      ? `<member><Id>${entry.id}</Id><MessageId>m-${entry.id}</MessageId></member>`
      : `<member><Id>${entry.id}</Id><Code>InternalError</Code><Message>${verdict}</Message><SenderFault>${verdict === 'sender fault'}</SenderFault></member>`;
  const ok = verdicts.filter(({ verdict }) => verdict === 'ok').map(member);
  const failed = verdicts.filter(({ verdict }) => verdict !== 'ok').map(member);
  return `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>${ok.join('')}</Successful><Failed>${failed.join('')}</Failed></PublishBatchResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishBatchResponse>`;
}

function errorXml(code: string): string {
  return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
}
