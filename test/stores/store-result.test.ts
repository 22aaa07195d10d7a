import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createStoreResult } from '../../functions/stores/store-result.ts';
import type { FileStore, TaskResultStore } from '../../functions/tasks/ports.ts';
import type { FileRef, ParsedResult, TaskResult } from '../../functions/tasks/result.ts';
import { aResult, longId } from '../contract/samples.ts';

const TASK = longId('task');
const HUGE = 'x'.repeat(500_000);

/** Stores that remember the order in which they were used. */
function setUp(existing?: TaskResult) {
  const steps: string[] = [];
  const bodies = new Map<string, string>();
  const rows: TaskResult[] = [];
  const files: Pick<FileStore, 'put'> = {
    async put(key, body, mediaType): Promise<FileRef> {
      steps.push(`file ${key}`);
      bodies.set(key, String(body));
      const bytes = Buffer.from(body);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { location: key, media_type: mediaType, size_bytes: bytes.length, sha256 };
    },
  };
  const results: Pick<TaskResultStore, 'put'> = {
    async put(result) {
      steps.push('row');
      if (existing) return { kind: 'exists', result: existing };
      rows.push(result);
      return { kind: 'stored' };
    },
  };
  const stores = { files: files as FileStore, results: results as TaskResultStore };
  return { steps, bodies, rows, storeResult: createStoreResult(stores) };
}

const ofExport = (fields: Partial<Extract<ParsedResult, { kind: 'export' }>>) =>
  aResult({ outcome: 'succeeded', summary: {}, result: { kind: 'export', ...fields } });

describe('Storing a result', () => {
  it('puts a small result as it is, without a file', async () => {
    const { steps, rows, storeResult } = setUp();
    expect(await storeResult(aResult())).toEqual({ kind: 'stored', result: aResult() });
    expect(steps).toEqual(['row']);
    expect(rows).toEqual([aResult()]);
  });

  it('returns the result that is there already', async () => {
    const existing = aResult({ outcome: 'failed' });
    const { storeResult } = setUp(existing);
    expect(await storeResult(aResult())).toEqual({ kind: 'exists', result: existing });
  });

  it('puts an exported document as a file before the row that points to it', async () => {
    const { steps, bodies, rows, storeResult } = setUp();
    const content = '{\r\n "swagger" : "2.0", "x": "Grüße 😀" }';
    const task = ofExport({ file_name: 'api:v1', file_type: '.json', content, extra: { note: 'n' } });
    const stored = await storeResult(task);
    const key = `${TASK}/api_v1.json`;
    expect(steps).toEqual([`file ${key}`, 'row']);
    expect(bodies.get(key)).toBe(content);
    expect(rows).toEqual([stored.result]);
    expect(stored.result.summary).toEqual({ size_bytes: Buffer.byteLength(content) });
    expect(stored.result.result).toMatchObject({ file_name: 'api:v1', extra: { note: 'n' }, file: { location: key } });
    expect(stored.result.result).not.toHaveProperty('content');
  });

  it.each([
    [{ file_name: 'a', file_type: '.json' }, 'swagger: 2', `${TASK}/a.json`, 'application/json'],
    [{ file_name: 'a', file_type: 'yml' }, '{}', `${TASK}/a.yaml`, 'application/yaml'],
    [{ file_name: 'a.yaml', file_type: '.yaml' }, 'a: 1', `${TASK}/a.yaml`, 'application/yaml'],
    [{}, ' {"a":1}', `${TASK}/definition.json`, 'application/json'],
    [{}, 'a: 1', `${TASK}/definition.yaml`, 'application/yaml'],
    [{ file_name: '../../etc/passwd' }, 'a: 1', `${TASK}/_.._etc_passwd.yaml`, 'application/yaml'],
    [{ file_name: '..' }, '', `${TASK}/yaml`, 'application/yaml'],
  ])('names the file of %j safely and gives it a media type', async (fields, content, location, media_type) => {
    const { storeResult } = setUp();
    const { result } = (await storeResult(ofExport({ ...fields, content }))).result;
    expect(result).toMatchObject({ file: { location, media_type } });
  });

  it('keeps an export without a document as it is', async () => {
    const { steps, storeResult } = setUp();
    const task = ofExport({ file_name: 'a' });
    expect((await storeResult(task)).result).toEqual(task);
    expect(steps).toEqual(['row']);
  });

  it('moves the extras of an export when they are too large, and keeps the document within reach', async () => {
    const { bodies, storeResult } = setUp();
    const extra = { list: Array.from({ length: 50_000 }, () => 'entry') };
    const { result } = (await storeResult(ofExport({ content: '{}', extra }))).result;
    expect(result).toMatchObject({
      file: { location: `${TASK}/definition.json` },
      extra: { stored: { location: `${TASK}/extra.json` } },
    });
    expect(JSON.parse(bodies.get(`${TASK}/extra.json`) ?? '')).toEqual(extra);
  });

  it('moves a large result whole, keeping the first 20 failures with what people read of them', async () => {
    const { steps, bodies, storeResult } = setUp();
    const failure = Array.from({ length: 1_000 }, (_, i) => ({
      path: `/${i}`,
      error_msg: 'm'.repeat(600),
      blob: 'b'.repeat(600),
    }));
    const task = aResult({ result: { kind: 'import', success: [], failure } });
    const { result, summary } = (await storeResult(task)).result;
    expect(steps).toEqual([`file ${TASK}/result.json`, 'row']);
    expect(JSON.parse(bodies.get(`${TASK}/result.json`) ?? '')).toEqual(task.result);
    expect(result).toMatchObject({ kind: 'stored', kind_stored: 'import', file: { media_type: 'application/json' } });
    const kept = failure.slice(0, 20).map(({ path }) => ({ path, error_msg: `${'m'.repeat(499)}…` }));
    expect(result).toMatchObject({ failure: kept });
    expect(summary).toEqual(task.summary);
  });

  it('moves a large text that could not be read', async () => {
    const { storeResult } = setUp();
    const task = aResult({ result: { kind: 'raw', raw: 'x'.repeat(300_000), reason: 'it is not JSON' } });
    expect((await storeResult(task)).result.result).toMatchObject({ kind: 'stored', kind_stored: 'raw' });
  });

  it.each<[string, Partial<TaskResult>]>([
    ['group', { summary: { group_id: HUGE }, result: { kind: 'import', group_id: HUGE, success: [], failure: [] } }],
    ['file name', { summary: { file_name: HUGE }, result: { kind: 'export', file_name: HUGE, file_type: HUGE } }],
    ['error code', { error: { code: HUGE, message: 'm' }, result: { kind: 'failure', error_code: HUGE } }],
    ['task type', { taskType: HUGE, taskStatus: HUGE }],
  ])('fits a row also where the %s is as large as an item', async (_, fields) => {
    const { rows, storeResult } = setUp();
    await storeResult(aResult(fields));
    expect(JSON.stringify(rows[0]).length).toBeLessThan(8_192);
  });
});
