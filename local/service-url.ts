import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from './write-whole.ts';

/** Notes where the service listens in `DATA_DIR/url`, so that the client finds it. Resolves to what takes the note away. */
export async function noteServiceUrl(dataDir: string, url: string): Promise<() => Promise<void>> {
  const file = path.join(dataDir, 'url');
  await writeWhole(file, Buffer.from(`${url}\n`));
  return () => rm(file, { force: true });
}
