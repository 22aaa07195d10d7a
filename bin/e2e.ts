import { devNull } from 'node:os';
import process from 'node:process';
import { pathWithThisNode } from '../test/e2e/emulator/emulator.ts';
import { createReport, StepFailed } from '../test/e2e/report.ts';
import { runE2e } from '../test/e2e/run-e2e.ts';
import { runUpgrade } from '../test/e2e/run-upgrade.ts';

/**
 * `npm run test:e2e`, or `npm run test:e2e -- upgrade`: exits 0 when every check passed; whatever ends it, what it started
 * ends with it.
 */
const run = process.argv[2] === 'upgrade' ? runUpgrade : runE2e;
const path = pathWithThisNode(process.env.PATH);
// The clients in this process have all they need; nothing of the user's configuration may reach them.
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
Object.assign(process.env, { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull });

let isOver = false;
const report = createReport((line) => {
  if (!isOver) console.log(line);
});
const cleanup = new AsyncDisposableStack();
const stopped = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
});

try {
  await Promise.race([run(report, { path, cleanup }), stopped]);
} catch (error) {
  if (!(error instanceof StepFailed)) report.check('the run has ended', false, error);
}
const [summary, status] = [report.summary(), report.failures() === 0 ? 0 : 1];
// A run that was stopped fails in many places while what it stands on is taken away.
isOver = true;
await cleanup.disposeAsync();
console.log(summary);
process.exit(status);
