import { describe, expect, it } from 'vitest';
import { contentDisposition } from '../../functions/http/final-result.ts';
import type { FileRef } from '../../functions/tasks/result.ts';
import { pendingTask } from '../support/fixtures.ts';
import { createApi, taskResult } from './support/api.ts';

const BYTES = Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x0d, 0x0a, 0xff, 0x00, 0x7d]);

async function exported(overrides: Partial<FileRef> = {}, fileName = 'Orders ü') {
  const { files } = createApi();
  const file = { ...(await files.put('exports/f1/orders.yaml', BYTES, 'application/yaml')), ...overrides };
  const result = taskResult({ result: { kind: 'export', file_name: fileName, file_type: '.json', file } });
  return { files, rows: { results: [result] }, file };
}

describe('GET /tasks/{task_id}/definition', () => {
  it.each([true, false])('gives the document byte for byte (streaming: %s)', async (canStream) => {
    const { files, rows, file } = await exported();
    const reply = await createApi({ files, canStream }, rows).call('GET', '/tasks/f1/definition');
    expect(reply.status).toBe(200);
    expect(reply.body.equals(BYTES)).toBe(true);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/yaml',
      'content-disposition': `attachment; filename="Orders _.yaml"; filename*=UTF-8''Orders%20%C3%BC.yaml`,
      etag: `"${file.sha256}"`,
    });
  });

  it('names a document after its task where Huawei Cloud gave it no name', async () => {
    const { files } = createApi();
    const file = await files.put('f1/f1.json', '{"ä":1}', 'application/json');
    const rows = { results: [taskResult({ result: { kind: 'export', file_type: '.json', file } })] };
    const reply = await createApi({ files }, rows).call('GET', '/tasks/f1/definition');
    expect(reply.body.toString()).toBe('{"ä":1}');
    expect(reply.headers['content-disposition']).toBe('attachment; filename="f1.json"');
  });

  it('answers 304 to whoever has it already', async () => {
    const { files, rows, file } = await exported();
    const headers = { 'If-None-Match': `"old", W/"${file.sha256}"` };
    const reply = await createApi({ files }, rows).call('GET', '/tasks/f1/definition', { headers });
    expect(reply.status).toBe(304);
    expect(reply.body).toHaveLength(0);
  });

  it('sends the client to the store for what a Lambda cannot answer', async () => {
    const { files, rows } = await exported({ size_bytes: 4_400_001 });
    const presign = async (ref: FileRef, as: string) =>
      `https://bucket.example.com/${ref.location}?as=${encodeURIComponent(as)}`;
    const reply = await createApi({ files: { ...files, presign } }, rows).call('GET', '/tasks/f1/definition');
    expect(reply.status).toBe(302);
    expect(reply.headers.location).toContain('https://bucket.example.com/exports/f1/orders.yaml?as=attachment');
    const task = (await createApi({ files: { ...files, presign } }, rows).call('GET', '/tasks/f1')).json();
    expect(task.result.download_url).toContain('https://bucket.example.com/exports/f1/orders.yaml?as=attachment');
  });

  it('streams the same document where there is no such limit', async () => {
    const { files, rows } = await exported({ size_bytes: 4_400_001 });
    expect((await createApi({ files, canStream: true }, rows).call('GET', '/tasks/f1/definition')).status).toBe(200);
  });

  it.each([
    ['an import', { results: [taskResult()] }, 404],
    ['an export without a document', { results: [taskResult({ result: { kind: 'export' } })] }, 404],
    ['a pending task', { pending: [pendingTask({ taskId: 'f1' })] }, 409],
    ['an unknown task', {}, 404],
  ])('refuses %s', async (_, rows, status) => {
    const reply = await createApi({}, rows).call('GET', '/tasks/f1/definition');
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
  });

  it('answers 404 when the file is gone', async () => {
    const { rows } = await exported();
    expect((await createApi({}, rows).call('GET', '/tasks/f1/definition')).status).toBe(404);
  });
});

describe('contentDisposition', () => {
  it.each([
    ['orders.json', 'attachment; filename="orders.json"'],
    ['../../etc/passwd', `attachment; filename="__.._etc_passwd"`],
    ['..', 'attachment; filename="_"'],
    ['', 'attachment; filename="definition"'],
    ['a"b\\c\r\nd', `attachment; filename="a_b_c__d"; filename*=UTF-8''a%22b_c__d`],
    ["it's (1)*.json", 'attachment; filename="it\'s (1)*.json"'],
    ["é'(1)*", `attachment; filename="_'(1)*"; filename*=UTF-8''%C3%A9%27%281%29%2A`],
    ['\ud800', 'attachment; filename="_"'],
  ])('%j becomes %s', (name, header) => {
    expect(contentDisposition(name)).toBe(header);
  });
});
