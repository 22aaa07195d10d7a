import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** What keeps `folder`, or the first folder above it that is there, from being written to; it makes nothing. */
export function dataFolderProblem(folder: string): string | undefined {
  let nearest = path.resolve(folder);
  while (!existsSync(nearest) && path.dirname(nearest) !== nearest) nearest = path.dirname(nearest);
  return isWritableFolder(nearest) ? undefined : `DATA_DIR ${folder} is not a folder that can be written`;
}

function isWritableFolder(target: string): boolean {
  try {
    accessSync(target, constants.W_OK);
    return statSync(target).isDirectory();
  } catch {
    return false;
  }
}
