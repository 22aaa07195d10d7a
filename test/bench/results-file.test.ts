import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepResult } from '../../bench/results-file.ts';

describe('the file of results', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bench-results-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('keeps the other parts when one is run again', async () => {
    const file = pathToFileURL(path.join(folder, 'results.json'));
    await keepResult(file, 'sweep', { seconds: 1 });
    await keepResult(file, 'units', { seconds: 2 });
    await keepResult(file, 'sweep', { seconds: 3 });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ sweep: { seconds: 3 }, units: { seconds: 2 } });
  });
});
