import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bundles } from './bundles.ts';

const run = promisify(execFile);
const ROUNDS = 3;
const MAX_RATIO = 2.5;

const TIMER = `
const begin = performance.now();
await import(process.argv[2]);
console.log('TOOK ' + (performance.now() - begin));
process.exit(0);
`;

const timer = join(mkdtempSync(join(tmpdir(), 'import-time-')), 'timer.mjs');
writeFileSync(timer, TIMER);

/** Milliseconds of one import in a Node of its own. The environment is that of any function, with made-up values. */
async function timeImport(module: string): Promise<number> {
  const names = ['PENDING_TABLE', 'RESULTS_TABLE', 'RESULTS_BUCKET', 'HUAWEI_SECRET_ID', 'API_KEYS_SECRET_ID']
    .concat(['CHANNELS_SECRET_ID', 'TASK_EVENTS_TOPIC_ARN', 'TASK_ALERTS_TOPIC_ARN', 'OPERATOR_TOPIC_ARN'])
    .concat(['CHANNELS_QUEUE_URL', 'CHANNELS_DEAD_LETTER_QUEUE_URL', 'WEBHOOK_DEAD_LETTER_QUEUE_URL'])
    .concat(['DELIVERY_QUEUE_URL', 'WAKE_QUEUE_URL', 'INTENTS_TABLE', 'PROFILE_PARTS_TABLE']);
  const environment = Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1:9/x']));
  const { stdout } = await run(process.execPath, [timer, module], {
    env: { AWS_REGION: 'eu-central-1', ...environment },
  });
  return Number(/TOOK ([\d.]+)/.exec(stdout)?.[1]);
}

/** The best of several rounds: whatever else the machine does only ever adds. */
async function fastest(modules: string[]): Promise<number[]> {
  const best = modules.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    // One after the other, so that no import is measured while another runs.
    for (const [index, module] of modules.entries()) {
      best[index] = Math.min(best[index] ?? Number.POSITIVE_INFINITY, await timeImport(module));
    }
  }
  return best;
}

it(`imports each bundle in at most ${MAX_RATIO} times the time of DynamoDB's client alone`, async () => {
  const client = import.meta.resolve('@aws-sdk/client-dynamodb');
  const files = bundles.map(({ path }) => pathToFileURL(join(path, 'index.mjs')).href);
  const [alone = Number.NaN, ...times] = await fastest([client, ...files]);
  const ratios = bundles.map(({ name }, index) => ({ name, ratio: (times[index] ?? Number.NaN) / alone }));
  console.log(ratios.map(({ name, ratio }) => `${name} ${ratio.toFixed(2)}`).join(', '), `of ${alone.toFixed(0)} ms`);
  for (const { name, ratio } of ratios) expect(ratio, name).toBeLessThanOrEqual(MAX_RATIO);
}, 120_000);
