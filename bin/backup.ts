import process from 'node:process';
import { parseArgs } from 'node:util';
import { systemClock } from '../functions/runtime/system-clock.ts';
import { backUp } from '../local/backup.ts';
import { giveUp } from '../local/command.ts';
import { readableText } from '../local/data-folder-text.ts';
import { ownCommand } from '../local/own-command.ts';

const USAGE = `${ownCommand('backup', 'FOLDER')}

Copies DATA_DIR (default .data) to FOLDER, which must be new or empty, while the service runs: tasks, results,
undelivered messages, the API key and exported documents. Of a damaged DATA_DIR it saves what can be read.

Exit status: 0 everything was copied, 1 something is lost or nothing could be done, 2 wrong arguments.`;

function readFolder(): string {
  const [folder, ...others] = parseArgs({ allowPositionals: true }).positionals;
  if (folder !== undefined && others.length === 0) return folder;
  console.error(USAGE);
  process.exit(2);
}

async function main(): Promise<void> {
  const folder = readFolder();
  const dataDir = process.env.DATA_DIR || '.data';
  const { kind, rows, documents, lost } = await backUp(dataDir, folder, systemClock);
  const what = `${readableText(rows)}, ${documents} of ${documents + lost.length} documents`;
  if (kind === 'whole') console.log(`copied ${dataDir} to ${folder}: ${what}`);
  else
    console.log(
      `${dataDir} is damaged; saved to ${folder}: ${what}\nStart with it: DATA_DIR=${folder} ${ownCommand('start')}`,
    );
  for (const location of lost) console.log(`lost: the document ${location}`);
  process.exitCode = kind === 'whole' && lost.length === 0 ? 0 : 1;
}

await main().catch(giveUp);
