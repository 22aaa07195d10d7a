import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { BUDGETS } from '../../lib/bundle-budget.ts';
import { BUNDLE_OPTIONS, bundleFunctions, FUNCTION_NAMES } from '../../lib/bundle-functions.ts';
import { bytesByPackage } from '../../lib/bundle-packages.ts';
import { startChild } from '../child.ts';
import type { Taken } from '../measure.ts';
import type { PartResult, Table } from '../part.ts';
import { type Spread, spreadOf } from '../stats.ts';

const ROUNDS = 9;
const LARGEST_PACKAGES = 6;

/** What is imported: an empty handler, the SDK clients that the poller uses and nothing else, and our bundles. */
type Subject = { name: string; file: string; bytes: number; packages: [string, number][] };

/** Size and import time of each bundle, in a fresh process each time. */
export async function run(): Promise<PartResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-coldstart-'));
  try {
    const subjects = [await emptyHandler(folder), await clientsAlone(folder), ...(await ourBundles(folder))];
    const imports = new Map<string, Taken[]>(subjects.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, file } of subjects) imports.get(name)?.push(await importOnce(file));
    }
    return report(subjects, imports);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function importOnce(file: string): Promise<Taken> {
  const child = startChild(new URL('import-process.ts', import.meta.url), BUNDLE_ENVIRONMENT);
  try {
    return await child.ask<Taken>({ module: pathToFileURL(file).href });
  } finally {
    await child.stop();
  }
}

const ARN = 'arn:aws:sns:eu-central-1:000000000000:topic';
const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/000000000000/queue';
/** Every name that some function asks for; nothing is called while a module is imported. */
const BUNDLE_ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  PENDING_TABLE: 'PendingTasks',
  RESULTS_TABLE: 'TaskResults',
  RESULTS_BUCKET: 'results',
  TASK_EVENTS_TOPIC_ARN: ARN,
  TASK_ALERTS_TOPIC_ARN: ARN,
  OPERATOR_TOPIC_ARN: ARN,
  HUAWEI_SECRET_ID: 'huawei',
  API_KEYS_SECRET_ID: 'keys',
  SLACK_SECRET_ID: 'slack',
  SLACK_DEAD_LETTER_QUEUE_URL: QUEUE,
  DELIVERY_QUEUE_URL: QUEUE,
  WEBHOOK_DEAD_LETTER_QUEUE_URL: QUEUE,
};

async function emptyHandler(folder: string): Promise<Subject> {
  const file = path.join(folder, 'empty.mjs');
  const source = 'export const handler = async () => {};\n';
  await writeFile(file, source);
  return { name: 'an empty handler', file, bytes: source.length, packages: [] };
}

/** DynamoDB and SNS as the SDK's documentation shows them, bundled by the same tool. */
async function clientsAlone(folder: string): Promise<Subject> {
  const file = path.join(folder, 'clients.mjs');
  const contents = [
    "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';",
    "import { SNSClient } from '@aws-sdk/client-sns';",
    "import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';",
    'const clients = [new DynamoDBClient({}), new SNSClient({}), new SecretsManagerClient({})];',
    'export const handler = async () => clients.length;',
  ].join('\n');
  const { metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    outfile: file,
    ...BUNDLE_OPTIONS,
  });
  const bytes = Object.values(metafile.outputs)[0]?.bytes ?? 0;
  return { name: 'SDK clients alone (DynamoDB, SNS, Secrets)', file, bytes, packages: largestOf(metafile) };
}

async function ourBundles(folder: string): Promise<Subject[]> {
  const bundles = await bundleFunctions({ outdir: folder });
  return bundles.map(({ name, path: at, bytes, metafile }) => {
    return { name, file: path.join(at, 'index.mjs'), bytes, packages: largestOf(metafile) };
  });
}

type Metafile = Parameters<typeof bytesByPackage>[0];
const largestOf = (metafile: Metafile) => Object.entries(bytesByPackage(metafile)).slice(0, LARGEST_PACKAGES);

function report(subjects: Subject[], imports: Map<string, Taken[]>): PartResult {
  const msOf = ({ name }: Subject): Spread => spreadOf((imports.get(name) ?? []).map(({ wallS }) => wallS * 1_000));
  const rows = subjects.map((subject) => {
    const { median, least, most } = msOf(subject);
    const spread = `${least.toFixed(0)}–${most.toFixed(0)}`;
    return [subject.name, Math.round(subject.bytes / 1_000), median, spread];
  });
  const packages: Table = {
    title: 'What weighs what (kB in the bundle)',
    columns: ['bundle', 'largest packages'],
    rows: subjects
      .filter((subject) => subject.packages.length > 0)
      .map((subject) => [
        subject.name,
        subject.packages.map(([name, bytes]) => `${name} ${Math.round(bytes / 1_000)}`).join(', '),
      ]),
  };
  const over = subjects.filter(({ name, bytes }) =>
    FUNCTION_NAMES.some((each) => each === name && bytes > BUDGETS[each]),
  );
  return {
    tables: [
      { title: `Import in a fresh process (medians of ${ROUNDS})`, columns: ['bundle', 'kB', 'ms', 'spread'], rows },
      packages,
    ],
    goals: [
      {
        goal: 'every bundle within its budget',
        measured: over.length === 0 ? 'all' : over.map(({ name }) => name).join(', '),
        reached: over.length === 0,
      },
    ],
    data: subjects.map((subject) => {
      const { name, bytes, packages: largest } = subject;
      return { name, bytes, import_ms: msOf(subject), packages: Object.fromEntries(largest) };
    }),
  };
}
