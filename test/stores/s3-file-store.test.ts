import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3FileStore, type S3FileStoreOptions } from '../../functions/stores/s3-file-store.ts';
import { StoreError } from '../../functions/tasks/errors.ts';
import { contentOf, describeFileStore, refTo } from '../contract/file-store.contract.ts';
import { type S3StandIn, startS3StandIn } from '../contract/s3-stand-in.ts';

let s3: S3StandIn;
const waits: number[] = [];

beforeAll(async () => {
  s3 = await startS3StandIn();
});
afterAll(() => s3.close());
beforeEach(() => {
  s3.objects.clear();
  s3.faults.length = 0;
  s3.requests.length = 0;
  waits.length = 0;
});

function makeStore(changes: Partial<S3FileStoreOptions> = {}) {
  const { bucket, region, endpoint, credentials } = s3;
  const clock = { sleep: async (ms: number) => void waits.push(ms) };
  return createS3FileStore({ bucket, region, endpoint, credentials: async () => credentials, clock, ...changes });
}

describeFileStore('S3', async () => makeStore());

describe('S3 file store', () => {
  it('is checked by a stand-in that accepts what the AWS SDK signs', async () => {
    const { endpoint, region, credentials, bucket: Bucket } = s3;
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    await client.send(new PutObjectCommand({ Bucket, Key: 'task-1/sdk.json', Body: '{"by":"the SDK"}' }));
    client.destroy();
    expect((await contentOf(makeStore(), refTo('task-1/sdk.json')))?.toString()).toBe('{"by":"the SDK"}');
  });

  it('puts a file into the folder of the days that it is kept, and finds it whatever they are now', async () => {
    const ref = await makeStore({ keepDays: 90 }).put('task-1/a.yaml', 'a: 1', 'application/yaml');
    expect(ref.location).toBe('90d/task-1/a.yaml');
    expect((await contentOf(makeStore({ keepDays: 30 }), ref))?.toString()).toBe('a: 1');
  });

  it('keeps the media type with the object', async () => {
    await makeStore().put('task-1/a.yaml', 'a: 1', 'application/yaml');
    expect(s3.objects.get('task-1/a.yaml')?.contentType).toBe('application/yaml');
  });

  it.each([
    ['503 SlowDown', { status: 503, code: 'SlowDown' }],
    ['500', { status: 500 }],
    ['429', { status: 429 }],
    ['a reset connection', 'reset' as const],
  ])('tries again after %s, waiting longer each time', async (_, fault) => {
    s3.faults.push(fault, fault, fault);
    await makeStore().put('task-1/a.json', '{}', 'application/json');
    expect(s3.requests).toHaveLength(4);
    expect(waits.every((wait, i) => wait >= 0 && wait <= 200 * 2 ** i)).toBe(true);
    expect(waits).toHaveLength(3);
  });

  it('gives up after four attempts with what S3 said', async () => {
    s3.faults.push(...Array.from({ length: 9 }, () => ({ status: 503, code: 'SlowDown' })));
    const put = makeStore().put('task-1/a.json', '{}', 'application/json');
    await expect(put).rejects.toThrow('S3 answered 503 (SlowDown) to PUT results-bucket/task-1/a.json, request REQ1');
    expect(s3.requests).toHaveLength(4);
  });

  it('gives up on a server that stays silent', async () => {
    s3.faults.push('silence', 'silence', 'silence', 'silence');
    const error = await makeStore({ timeoutMs: 30 })
      .open(refTo('task-1/a.json'))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ message: 'GET results-bucket/task-1/a.json failed: no answer from S3' });
    expect(s3.requests).toHaveLength(4);
  });

  it('does not try again what S3 refuses, and never says the secret', async () => {
    const wrong = { ...s3.credentials, secretAccessKey: 'wrong-secret' };
    const error = await makeStore({ credentials: async () => wrong })
      .put('t/a', 'x', 'text/plain')
      .catch(String);
    expect(error).toContain('403 (SignatureDoesNotMatch)');
    expect(error).not.toContain('wrong-secret');
    expect(s3.requests).toHaveLength(1);
  });

  it('tells a missing bucket from a missing file', async () => {
    await expect(makeStore({ bucket: 'other' }).open(refTo('t/a'))).rejects.toThrow('404 (NoSuchBucket)');
  });

  it.each([
    ['GET', () => makeStore().open(refTo('t/a'))],
    ['PUT', () => makeStore().put('t/a', 'x', 'text/plain')],
  ])('sends a signed %s nowhere else when it is redirected, and says what S3 answered', async (_, call) => {
    s3.faults.push({ status: 307, code: 'TemporaryRedirect', location: '/results-bucket/elsewhere' });
    await expect(call()).rejects.toThrow('307 (TemporaryRedirect)');
    expect(s3.requests).toHaveLength(1);
  });

  it('reports credentials that cannot be had, without an attempt', async () => {
    const credentials = () => Promise.reject(new StoreError('No credentials'));
    await expect(makeStore({ credentials }).put('t/a', 'x', 'text/plain')).rejects.toThrow('No credentials');
    expect(s3.requests).toEqual([]);
  });
});
