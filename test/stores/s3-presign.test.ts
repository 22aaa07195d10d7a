import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createS3FileStore } from '../../functions/stores/s3-file-store.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/of+the=test', sessionToken: 'token==' };
const OPTIONS = {
  bucket: 'results-bucket',
  region: 'eu-central-1',
  credentials: async () => CREDENTIALS,
  clock: { sleep: async () => {} },
};
const store = createS3FileStore(OPTIONS);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Signature Version 4 of a query, written out from the S3 API reference. */
function expectedSignature(url: URL): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = ['GET', url.pathname, query, `host:${url.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const date = url.searchParams.get('X-Amz-Date') ?? '';
  const scope = `${date.slice(0, 8)}/eu-central-1/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${CREDENTIALS.secretAccessKey}`);
  return createHmac('sha256', key).update(toSign).digest('hex');
}

describe('a presigned address', () => {
  it('is signed for five minutes, with the file name that the browser is to use', async () => {
    const disposition = `attachment; filename="a b.json"; filename*=UTF-8''a%20b.json`;
    const url = new URL(await store.presign({ location: 'task-1/a-b.json' }, disposition));
    expect(url.origin + url.pathname).toBe('https://results-bucket.s3.eu-central-1.amazonaws.com/task-1/a-b.json');
    expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
    expect(url.searchParams.get('response-content-disposition')).toBe(disposition);
    expect(url.searchParams.get('X-Amz-Security-Token')).toBe(CREDENTIALS.sessionToken);
    expect(url.searchParams.get('X-Amz-Signature')).toBe(expectedSignature(url));
  });

  it('is one of amazonaws.com.cn in China', async () => {
    const chinese = createS3FileStore({ ...OPTIONS, region: 'cn-north-1' });
    const url = new URL(await chinese.presign({ location: 'task-1/a.json' }, 'attachment'));
    expect(url.host).toBe('results-bucket.s3.cn-north-1.amazonaws.com.cn');
  });

  it('never leads out of the bucket', async () => {
    await expect(store.presign({ location: '../other/file' }, 'attachment')).rejects.toThrow();
  });
});
