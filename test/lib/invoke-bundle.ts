import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { FunctionName } from '../../lib/bundle-functions.ts';
import { bundleOf } from './bundles.ts';

const run = promisify(execFile);

const CALLER = `
const [file, event] = process.argv.slice(2);
const { handler } = await import(file);
const context = { awsRequestId: 'r-1', functionName: 'f', getRemainingTimeInMillis: () => 30_000 };
const answer = await handler(JSON.parse(event), context);
process.stdout.write('\\nANSWER' + JSON.stringify(answer ?? null));
process.exit(0);
`;

/** Imports a bundle from an `.mjs` file in a Node of its own and calls its handler, as Lambda does. */
export async function invokeBundle(name: FunctionName, event: unknown, environment: Record<string, string>) {
  const caller = join(mkdtempSync(join(tmpdir(), 'invoke-')), 'caller.mjs');
  writeFileSync(caller, CALLER);
  const file = pathToFileURL(join(bundleOf(name).path, 'index.mjs')).href;
  const credentials = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const { stdout, stderr } = await run(process.execPath, [caller, file, JSON.stringify(event)], {
    env: { ...credentials, ...environment },
  });
  const [logs = '', answer = 'null'] = stdout.split('\nANSWER');
  return { answer: JSON.parse(answer), logs: logs + stderr };
}
