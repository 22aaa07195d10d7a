import { readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A source file and the functions in it that were entered, in the order of the file; '' where one has no name. */
export type EnteredFile = { file: string; lines: number; functions: string[] };

/** Counts what is entered; `during` resolves with the files below `root` (a folder's URL) that one run of `act` entered. */
export type EntryCounter = { during(act: () => Promise<void>): Promise<EnteredFile[]>; close(): Promise<void> };

/** V8's precise coverage of this process. Begin before the code to be counted is imported. */
export async function countEntries(root: URL): Promise<EntryCounter> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  // Taking sets every count back to zero.
  const take = async () => (await session.post('Profiler.takePreciseCoverage')).result;
  return {
    async during(act) {
      await take();
      await act();
      return enteredBelow(root, await take());
    },
    async close() {
      await session.post('Profiler.disable');
      session.disconnect();
    },
  };
}

function enteredBelow(root: URL, scripts: Profiler.ScriptCoverage[]): EnteredFile[] {
  return scripts
    .filter(({ url }) => url.startsWith(root.href))
    .map(({ url, functions }) => ({
      path: fileURLToPath(url),
      functions: functions.filter(isEntered).map(({ functionName }) => functionName),
    }))
    .filter(({ functions }) => functions.length > 0)
    .map(({ path, functions }) => ({ file: relative(process.cwd(), path), lines: linesOf(path), functions }))
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/** A module's top level is a nameless function too, the one that begins with the file. */
function isEntered({ functionName, ranges: [whole] }: Profiler.FunctionCoverage): boolean {
  if (whole === undefined || whole.count === 0) return false;
  return functionName !== '' || whole.startOffset > 0;
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').length - 1;
