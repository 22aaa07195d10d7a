import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runDemo } from '../local/demo/run-demo.ts';
import { ownCommand } from '../local/own-command.ts';
import { wantsColours } from '../local/terminal-alerts.ts';

function wantsJson(): boolean {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false } } }).values.json;
  } catch (error) {
    console.error((error as Error).message);
    console.error(`${ownCommand('demo', '[--json]')}   --json: print the raw JSON of Slack messages and events`);
    process.exit(2);
  }
}

const asJson = wantsJson();
const { NO_COLOR } = process.env;
const isTty = process.stdout.isTTY === true;
const colours = wantsColours({ isTty, ...(NO_COLOR !== undefined && { noColor: NO_COLOR }) });
const dataDir = await mkdtemp(path.join(tmpdir(), 'apig-task-notifier-'));
const terminal = { write: (text: string) => process.stdout.write(text), colours };
const running = runDemo({ dataDir, terminal, isTty, asJson });
const unexpected = await running.finally(() => rm(dataDir, { recursive: true }));
if (unexpected.length > 0) console.error(`not as expected: ${unexpected.join(', ')}`);
process.exitCode = unexpected.length > 0 ? 1 : 0;
