import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStoreResult, MAX_ITEM_BYTES } from '../../functions/stores/store-result.ts';
import type { FailedApi } from '../../functions/tasks/result.ts';
import { createFolderFileStore } from '../../local/folder-file-store.ts';
import { type DynamoStores, type StartBackend, useBackend } from './backend.ts';
import { contentOf } from './file-store.contract.ts';
import { aResult, aTask } from './samples.ts';

/** Results of every size through a real table and a real folder. */
export function describeLargeResults(name: string, start: StartBackend<DynamoStores>): void {
  describe(`Large results on ${name}`, () => {
    const stores = useBackend(start);
    let folder = '';

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'large-results-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    async function setUp() {
      const { results, capacity } = await stores();
      const files = createFolderFileStore({ folder });
      return { results, files, capacity, storeResult: createStoreResult({ results, files }) };
    }

    it.each([10, 1_000, 1_300, 1_500, 2_000, 20_000])('stores an import with %i failures', async (count) => {
      const { results, files, capacity, storeResult } = await setUp();
      const result = { kind: 'import' as const, success: [], failure: failures(count) };
      await storeResult(aResult({ result }));
      const stored = (await results.get(aResult().taskId))?.result;
      if (stored?.kind === 'stored') {
        expect(JSON.parse(String(await contentOf(files, stored.file)))).toEqual(result);
        expect(stored.failure).toEqual(result.failure.slice(0, 20));
      } else {
        expect(stored).toEqual(result);
      }
      const units = Math.max(...capacity.map(({ used }) => used.Table?.CapacityUnits ?? 0));
      expect(units).toBeLessThanOrEqual(MAX_ITEM_BYTES / 1024);
      expect(stored?.kind).toBe(count < 1_400 ? 'import' : 'stored');
    });

    it('stores an export of several megabytes byte for byte', async () => {
      const { results, files, storeResult } = await setUp();
      const content = `openapi: 3.0.0\r\ninfo: {title: "Grüße 😀"}\n${'# filler\n'.repeat(600_000)}`;
      const result = {
        kind: 'export' as const,
        file_name: 'test8-RELEASE-all-2023-07-11-19:54:22',
        file_type: '.yaml',
        content,
      };
      const { taskId } = aTask();
      await storeResult(aResult({ result, summary: {} }));
      const stored = (await results.get(taskId))?.result;
      if (stored?.kind !== 'export' || stored.file === undefined) throw new Error('The row points to no file');
      expect(stored.file.location).toBe(`${taskId}/test8-RELEASE-all-2023-07-11-19_54_22.yaml`);
      expect(String(await contentOf(files, stored.file))).toBe(content);
    });
  });
}

/** 190 bytes each, as an item counts them. */
function failures(count: number): FailedApi[] {
  return Array.from({ length: count }, (_, i) => ({
    method: 'POST',
    path: `/pets/${String(i).padStart(6, '0')}`,
    error_code: 'APIG.3201',
    error_msg: 'x'.repeat(116),
  }));
}
