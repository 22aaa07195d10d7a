import { pathToFileURL } from 'node:url';
import {
  apiEnvironment,
  channelsEnvironment,
  pollerEnvironment,
  startEnvironment,
  webhookEnvironment,
} from '../../functions/runtime/config.ts';
import { startChild } from '../child.ts';
import type { Taken } from '../measure.ts';
import type { Subject } from './subjects.ts';

/** Milliseconds of each import by the subject's file, one for each round. */
export type ImportTimes = Map<string, number[]>;

/** Imports each in a fresh process, in turns. A round before the first is not counted: it reads the files from disk. */
export async function timeImports(subjects: Subject[], rounds: number): Promise<ImportTimes> {
  const times: ImportTimes = new Map(subjects.map(({ file }) => [file, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { file } of subjects) {
      const ms = await importOnce(file);
      if (round > 0) times.get(file)?.push(ms);
    }
  }
  return times;
}

async function importOnce(file: string): Promise<number> {
  const child = startChild(new URL('import-process.ts', import.meta.url), ENVIRONMENT);
  try {
    const { wallS } = await child.ask<Taken>({ module: pathToFileURL(file).href });
    return wallS * 1_000;
  } finally {
    await child.stop();
  }
}

/** Whatever some function cannot start without: what an empty environment lacks. Nothing is called, so a number will do. */
const REQUIRED = [apiEnvironment, pollerEnvironment, channelsEnvironment, startEnvironment, webhookEnvironment]
  .flatMap((schema) => schema.safeParse({}).error?.issues ?? [])
  .map(({ path: [name] }) => [String(name), '1']);
const ENVIRONMENT = {
  ...Object.fromEntries(REQUIRED),
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
};
