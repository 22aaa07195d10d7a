import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { runDemo } from '../local/demo/run-demo.ts';
import { wantsColours } from '../local/terminal-alerts.ts';

const { NO_COLOR } = process.env;
const isTty = process.stdout.isTTY === true;
const colours = wantsColours({ isTty, ...(NO_COLOR !== undefined && { noColor: NO_COLOR }) });
const dataDir = await mkdtemp(path.join(tmpdir(), 'apig-task-notifier-'));
const terminal = { write: (text: string) => process.stdout.write(text), colours };
const unexpected = await runDemo({ dataDir, terminal, isTty }).finally(() => rm(dataDir, { recursive: true }));
if (unexpected.length > 0) console.error(`not as expected: ${unexpected.join(', ')}`);
process.exitCode = unexpected.length > 0 ? 1 : 0;
