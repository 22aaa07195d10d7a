import type { Damage, Readable } from '../functions/stores/sqlite/damage.ts';
import { ownCommand } from './own-command.ts';

const NAMES: Record<string, string> = {
  pending: 'pending tasks',
  results: 'results',
  messages: 'undelivered messages',
};

/** `49 of 50 pending tasks, 3 of 3 results, 0 of 0 undelivered messages`. */
export function readableText(readable: readonly Readable[]): string {
  return readable
    .filter(({ table }) => NAMES[table] !== undefined)
    .map(({ table, rows, expected = '?' }) => `${rows} of ${expected} ${NAMES[table]}`)
    .join(', ');
}

/** What to do about a database that is damaged; for a person in a terminal. */
export function damageText({ dataDir, file, damage }: { dataDir: string; file: string; damage: Damage }): string {
  const readable = readableText(damage.readable);
  return [
    `The database ${file} is damaged, so the service does not start:`,
    ...damage.reasons.map((reason) => `- ${reason}`),
    readable === '' ? 'No row can be read without a repair.' : `Still readable: ${readable}.`,
    '',
    `${dataDir} stays as it is: keep it until you are done. Then continue in one of two ways:`,
    `- With a backup: move ${dataDir} aside, and copy the whole folder of the backup to ${dataDir}.`,
    `- With what can be read: ${ownCommand('backup', 'saved-tasks')}, which repairs what it can and says what is lost;`,
    '  then start with DATA_DIR=saved-tasks.',
  ].join('\n');
}

/** What to do about a folder that an earlier version wrote. */
export function earlierKindText(dataDir: string, names: readonly string[]): string {
  const found = names.map((name) => `${dataDir}/${name}`).join(' and ');
  return [
    `${found} ${names.length > 1 ? 'were' : 'was'} written by an earlier version, and this one cannot read it.`,
    `Let the earlier version finish its tasks, or register them again. Then move it aside and start again:`,
    `  mkdir ${dataDir}.old && mv ${names.map((name) => `${dataDir}/${name}`).join(' ')} ${dataDir}.old/`,
    `The API key in ${dataDir}/api-key and the exported documents stay valid.`,
  ].join('\n');
}
