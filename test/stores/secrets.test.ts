import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretReader } from '../../functions/stores/secrets.ts';
import { ConfigError, StoreError } from '../../functions/tasks/errors.ts';
import { createFakeClock, silentLog } from '../support/fixtures.ts';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:ApiKeys-x1';
const HOUR_MS = 3_600_000;
const OUTAGE = { status: 500, body: { __type: 'InternalServiceError' } };
const ABSENT = { status: 400, body: { __type: 'ResourceNotFoundException' } };
const DELETED = { status: 400, body: { __type: 'InvalidRequestException' } };
const secret = (text: string) => ({ status: 200, body: { SecretString: text } });

let server: Server;
let client: SecretsManagerClient;
let answer: { status: number; body: object };
let reads: number;
beforeEach(async () => {
  reads = 0;
  server = createServer((_, response) => {
    reads += 1;
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A secret of 300 s whose value is a list of its words, and what was warned of. */
function watched(isEmpty?: (words: string[]) => boolean) {
  const clock = createFakeClock();
  const warnings: unknown[] = [];
  const log = { ...silentLog, warn: (message: string, fields = {}) => void warnings.push({ message, ...fields }) };
  const parse = (text: string) => {
    if (text === 'wrong') throw new ConfigError(['the secret is wrong']);
    return text.split(' ');
  };
  const ask = createSecretReader({ client, maxAgeS: 300, clock, log }).watch(SECRET, parse, isEmpty);
  return { ask, clock, warnings };
}

describe('a secret', () => {
  it('is read once for all who ask within its age, and a new one is seen after that', async () => {
    const { ask, clock } = watched();
    answer = secret('old keys');
    expect(await Promise.all([ask(), ask()])).toEqual([
      ['old', 'keys'],
      ['old', 'keys'],
    ]);
    answer = secret('new');
    clock.advance(299_999);
    expect(await ask()).toEqual(['old', 'keys']);
    expect(reads).toBe(1);
    clock.advance(1);
    expect(await ask()).toEqual(['new']);
    expect(reads).toBe(2);
  });

  it('is read again after 10 s while it is empty, because a person is about to fill it', async () => {
    const { ask, clock } = watched((words) => words.includes('none'));
    answer = secret('none');
    await ask();
    answer = secret('filled');
    clock.advance(9_999);
    expect(await ask()).toEqual(['none']);
    clock.advance(1);
    expect(await ask()).toEqual(['filled']);
    clock.advance(299_999);
    await ask();
    expect(reads).toBe(2);
  });

  it('is parsed again only when it changed', async () => {
    const { ask, clock } = watched();
    answer = secret('same');
    const first = await ask();
    clock.advance(300_000);
    expect(await ask()).toBe(first);
    expect(reads).toBe(2);
  });

  it('serves on while it cannot be read again, and is tried again every 30 s', async () => {
    const { ask, clock, warnings } = watched();
    answer = secret('old');
    await ask();
    answer = OUTAGE;
    clock.advance(300_000);
    expect(await Promise.all([ask(), ask()])).toEqual([['old'], ['old']]);
    expect(reads).toBe(2);
    expect(warnings).toEqual([
      expect.objectContaining({ secret: 'ApiKeys-x1', age_s: 300, reason: expect.stringContaining('Internal') }),
    ]);
    answer = secret('new');
    clock.advance(29_999);
    expect(await ask()).toEqual(['old']);
    clock.advance(1);
    expect(await ask()).toEqual(['new']);
  });

  it('serves for an hour at most after it was read', async () => {
    const { ask, clock } = watched();
    answer = secret('old');
    await ask();
    answer = OUTAGE;
    clock.advance(HOUR_MS - 1);
    expect(await ask()).toEqual(['old']);
    clock.advance(30_000);
    await expect(ask()).rejects.toThrow(new StoreError('The secret ApiKeys-x1 cannot be read'));
  });

  it.each([
    ['absent', ABSENT, 'The secret ApiKeys-x1 has no text value yet'],
    ['marked for deletion', DELETED, 'The secret ApiKeys-x1 has no text value yet'],
    ['without a text', { status: 200, body: { SecretBinary: 'AA==' } }, 'The secret ApiKeys-x1 has no text value yet'],
    ['wrong', secret('wrong'), 'the secret is wrong'],
  ])('that is %s is refused at once, and an older one does not come back', async (_, refused, complaint) => {
    const { ask, clock } = watched();
    answer = secret('old');
    await ask();
    answer = refused;
    clock.advance(300_000);
    await expect(ask()).rejects.toThrow(new ConfigError([complaint]));
    answer = OUTAGE;
    clock.advance(30_000);
    await expect(ask()).rejects.toThrow(StoreError);
  });

  it('that could not be read the first time is tried again after a second', async () => {
    const { ask, clock } = watched();
    answer = OUTAGE;
    const both = await Promise.allSettled([ask(), ask()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(reads).toBe(1);
    answer = secret('first');
    clock.advance(1_000);
    expect(await ask()).toEqual(['first']);
  });
});
