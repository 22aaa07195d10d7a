import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAwsClients } from '../../doctor/aws-clients.ts';
import { createDateNotes } from '../../doctor/clock-skew.ts';
import { type Examination, examineDeployment } from '../../doctor/examine-deployment.ts';
import { createRedactor } from '../../doctor/redactor.ts';
import { systemClock } from '../../functions/runtime/system-clock.ts';
import { parseSettings } from '../../lib/settings.ts';
import { startService } from '../../local/service.ts';
import { defaultProfile } from '../../simulator/default-profile.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { startSlackServer } from '../channels/slack/slack-server.ts';
import { EVERYTHING, synthesize } from '../lib/synthesize.ts';
import { LOCAL_TABLES, startDynalite } from '../support/dynalite.ts';
import { type Account, startAwsStandIn } from './aws-stand-in.ts';

export const KEY = 'the-api-key-of-this-test';
const template = synthesize(EVERYTHING).toJSON();

/** What a test may change before the doctor looks. */
export type Changes = Partial<Pick<Examination, 'apiKey' | 'apiUrl' | 'clock'>> & { settings?: unknown };

/**
 * A deployment of the real stack, every option on, that works: its parts are the synthesized template's, its API the
 * real one, its tables dynalite's, Huawei Cloud the simulator, and the other AWS services a stand-in.
 */
export async function startDeployment() {
  const stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'doctor-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const simulator = stack.adopt(await startSimulator(), (it) => it.close());
  const profiles = { default: defaultProfile(simulator.url) };
  const slack = stack.use(await startSlackServer());
  slack.answerWith('ops', { status: 400, body: 'no_text' });
  const database = stack.adopt(await startDynalite(), (it) => it.close());
  const service = stack.adopt(
    await startService({
      ...{ host: '127.0.0.1', port: 0, dataDir, profiles, apiKeys: [KEY], taskDeadlineMs: 60_000, alertEmails: [] },
      terminal: { write: () => undefined, colours: false },
      clock: systemClock,
      log: { info() {}, warn() {}, error() {} },
    }),
    (it) => it.close(),
  );
  const aws = stack.use(
    await startAwsStandIn((endpoint) =>
      workingAccount(endpoint, {
        ApiUrl: service.url,
        HuaweiSecret: JSON.stringify({ profiles }),
        ApiKeysSecret: JSON.stringify({ keys: [], hashes: [], generated_key: KEY }),
        ChannelsSecret: JSON.stringify({ channels: { ops: slack.url('ops') } }),
      }),
    ),
  );
  const examine = ({ settings = EVERYTHING, ...changes }: Changes = {}) => {
    const dates = createDateNotes(changes.clock?.now ?? systemClock.now);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const clients = createAwsClients({ endpoint: aws.endpoint, region: 'eu-west-1', credentials }, dates.note);
    const redactor = createRedactor();
    const fixed = { settings: parseSettings(settings), dates, redactor, apiKey: undefined, apiUrl: undefined };
    const examination = { clock: systemClock, ...fixed, ...changes, clients: { ...clients, dynamo: database.client } };
    return examineDeployment(examination);
  };
  return {
    dataDir,
    aws,
    account: aws.account,
    simulator,
    slack,
    service,
    examine,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const arnOf = (output: string) => `arn:aws:test:eu-west-1:123456789012:${output}`;

/** The physical id that the stand-in gives to the resource whose logical id begins so. */
export function physicalIdOf(account: Account, logicalIdStart: string): string {
  const found = account.resources.find(({ logicalId }) => logicalId.startsWith(logicalIdStart));
  if (found === undefined) throw new Error(`no resource begins with ${logicalIdStart}`);
  return found.physicalId;
}

/** Runs that ended in each of the last twenty minutes, once for each of so many shards. */
export function sweepsOf(shards: number): Date[] {
  return Array.from(
    { length: 20 * shards },
    (_, index) => new Date(Date.now() - (1 + Math.floor(index / shards)) * 60_000),
  );
}

function workingAccount(endpoint: string, values: Record<string, string>): Account {
  const resources = Object.entries(template.Resources as Record<string, { Type: string }>).map(
    ([logicalId, { Type }]) => ({
      type: Type,
      logicalId,
      physicalId: Type === 'AWS::SQS::Queue' ? `${endpoint}/123456789012/${logicalId}` : `the-${logicalId}`,
    }),
  );
  const outputs = Object.fromEntries(Object.keys(template.Outputs).map((name) => [name, arnOf(name)]));
  const email = (address: string) => ({ protocol: 'email', endpoint: address, arn: `${arnOf('Topic')}:confirmed` });
  return {
    stackStatus: 'CREATE_COMPLETE',
    stackChangedAt: new Date('2026-11-01T00:00:00Z'),
    outputs: {
      ...outputs,
      ApiUrl: values.ApiUrl ?? '',
      PendingTable: LOCAL_TABLES.pending,
      ResultsTable: LOCAL_TABLES.results,
    },
    resources,
    secrets: Object.fromEntries(Object.entries(values).map(([name, value]) => [arnOf(name), value])),
    subscriptions: {
      [arnOf('TaskAlertsTopic')]: [email('people@example.com')],
      [arnOf('OperatorTopic')]: [email('operator@example.com')],
      [arnOf('ChatTopic')]: [
        { protocol: 'https', endpoint: 'https://global.sns-api.chatbot.amazonaws.com', arn: arnOf('q') },
      ],
    },
    messages: {},
    sweeps: sweepsOf(3),
    ringing: [],
    freeExecutions: 12,
    schedules: ['ENABLED', 'ENABLED', 'ENABLED'],
    denied: [],
  };
}
