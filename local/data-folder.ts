import { lstatSync, mkdtempSync, rmdirSync } from 'node:fs';
import path from 'node:path';

/**
 * What keeps `folder`, or the first folder above it that is there, from being written to. Permissions alone do not say
 * (`/proc` has them, and Node tries for ever to make a folder below it), so a folder is made there, and taken away.
 */
export function dataFolderProblem(folder: string): string | undefined {
  try {
    let nearest = path.resolve(folder);
    while (isMissing(nearest)) nearest = path.dirname(nearest);
    rmdirSync(mkdtempSync(path.join(nearest, '.data-')));
    return undefined;
  } catch {
    return `DATA_DIR ${folder} is not a writable folder`;
  }
}

/** A link that leads nowhere is there, and in the way. Throws where not even that can be told. */
function isMissing(target: string): boolean {
  try {
    return lstatSync(target, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return true;
    throw error;
  }
}
