import { readFile, writeFile } from 'node:fs/promises';

/** Puts one part's result into the file, which is read again for that: what another run has put there meanwhile stays. */
export async function keepResult(file: URL, name: string, result: unknown): Promise<void> {
  const results = { ...(await readResults(file)), [name]: result };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

async function readResults(file: URL): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
