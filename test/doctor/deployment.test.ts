import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../doctor/check.ts';
import { exitStatusOf } from '../../doctor/report.ts';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { EVERYTHING } from '../lib/synthesize.ts';
import type { Account } from './aws-stand-in.ts';
import { arnOf, type Changes, KEY, physicalIdOf, startDeployment, sweepsOf } from './deployed.ts';

type Deployed = Awaited<ReturnType<typeof startDeployment>>;

let deployed: Deployed;
let working: Account;

beforeAll(async () => {
  deployed = await startDeployment();
  working = structuredClone(deployed.account);
});
afterAll(() => deployed[Symbol.asyncDispose]());

/** Looks at the working deployment after a change, and puts it back. */
async function afterChange(change: (account: Account) => void, changes: Changes = {}): Promise<Finding[]> {
  deployed.slack.answerWith('ops', { status: 400, body: 'no_text' });
  Object.assign(deployed.account, structuredClone(working));
  change(deployed.account);
  return deployed.examine(changes);
}

/** An address on loopback that was just given back. */
const nobodyListens = await (async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
})();

const badNews = (findings: Finding[]) => findings.filter(({ level }) => level !== 'ok');
const unchanged = () => undefined;

describe('the doctor at a deployment', () => {
  it('finds nothing wrong where everything works, and asks about each part', async () => {
    const findings = await afterChange(unchanged);
    expect(badNews(findings)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual([
      'stack',
      'huawei default',
      'api',
      'api key',
      'pending tasks',
      'slack ops',
      'table PendingTasks',
      'table TaskResults',
      'topic TaskEvents',
      'topic TaskAlerts',
      'topic Operator',
      'topic Chat',
      'schedules',
      'concurrency',
      'poller',
      'dead letters',
      'alarms',
      'clock',
    ]);
  });

  it('changes nothing and sends no message', async () => {
    deployed.aws.actions.length = 0;
    const posted = deployed.slack.received.length;
    await afterChange(unchanged);
    for (const action of deployed.aws.actions) expect(action).toMatch(/^(Describe|Get|List)/);
    expect(deployed.slack.received.slice(posted).map(({ body }) => body)).toEqual([{ text: '', blocks: [] }]);
  });

  it('says where to look when there is no such stack', async () => {
    const findings = await afterChange(unchanged, { settings: { ...EVERYTHING, stackName: 'Elsewhere' } });
    expect(findings).toMatchObject([
      { check: 'stack', level: 'fail', fix: expect.stringContaining('npm run deploy') },
      {},
    ]);
  });

  const troubles: [what: string, change: (account: Account) => void, expected: Partial<Finding>[]][] = [
    [
      'an account that cannot run all of it at once',
      (account) => Object.assign(account, { freeExecutions: 11 }),
      [
        {
          ...{ check: 'concurrency', level: 'warn' },
          message: expect.stringContaining('can use 12 (poller 6, deliveries 4, API, at least 2)'),
        },
      ],
    ],
    [
      'a stack that rolled back',
      (account) => Object.assign(account, { stackStatus: 'UPDATE_ROLLBACK_COMPLETE' }),
      [{ check: 'stack', level: 'warn' }],
    ],
    [
      'a stack that failed',
      (account) => Object.assign(account, { stackStatus: 'ROLLBACK_COMPLETE' }),
      [{ check: 'stack', level: 'fail' }],
    ],
    [
      'a Huawei secret without profiles',
      ({ secrets }) => Object.assign(secrets, { [arnOf('HuaweiSecret')]: '{"profiles":{}}' }),
      [{ check: 'huawei', level: 'fail', fix: expect.stringContaining('put-secret-value') }],
    ],
    [
      'a profile with a malformed webhook',
      ({ secrets }) => {
        const webhook = { callback_url: 'http://ci.example.com/t0ken', webhook_secrets: ['whsec_s3cret'] };
        const text = JSON.stringify({ profiles: { a: { project_id: 'p', auth_token: 't', ...webhook } } });
        Object.assign(secrets, { [arnOf('HuaweiSecret')]: text });
      },
      [
        {
          ...{ check: 'huawei', level: 'fail' },
          message: expect.stringMatching(
            /^(?!.*(t0ken|s3cret)).*"a": callback_url must be an https URL.*"a": webhook_secrets\[0\] must be whsec_/s,
          ),
        },
      ],
    ],
    [
      'a profile with a callback and nothing to sign with',
      ({ secrets }) => {
        const { profiles } = JSON.parse(secrets[arnOf('HuaweiSecret')] ?? '');
        profiles.default.callback_url = 'https://ci.example.com/t0ken';
        Object.assign(secrets, { [arnOf('HuaweiSecret')]: JSON.stringify({ profiles }) });
      },
      [{ check: 'webhooks default', level: 'fail', fix: expect.stringContaining('webhook_secrets') }],
    ],
    [
      'a profile without a project, which its region tells',
      ({ secrets }) => {
        const { profiles } = JSON.parse(secrets[arnOf('HuaweiSecret')] ?? '');
        delete profiles.default.project_id;
        Object.assign(secrets, { [arnOf('HuaweiSecret')]: JSON.stringify({ profiles }) });
      },
      [
        {
          ...{ check: 'huawei default', level: 'fail', message: 'project_id is missing' },
          fix: `add "project_id": "${DEFAULT_ACCOUNT.projectId}", the project of region ${DEFAULT_ACCOUNT.region}, to the profile`,
        },
      ],
    ],
    [
      'a profile without a way to sign in',
      ({ secrets }) => Object.assign(secrets, { [arnOf('HuaweiSecret')]: '{"profiles":{"a":{"project_id":"p"}}}' }),
      [{ check: 'huawei', level: 'fail', message: expect.stringContaining('there is no way to sign in') }],
    ],
    [
      'an API that is not there',
      ({ outputs }) => Object.assign(outputs, { ApiUrl: nobodyListens }),
      [{ check: 'api', level: 'fail', message: expect.stringMatching(/\/health: ECONNREFUSED$/) }],
    ],
    [
      'an API key that the API does not know',
      ({ secrets }) => Object.assign(secrets, { [arnOf('ApiKeysSecret')]: '{"keys":["another-key-of-nobody"]}' }),
      [{ check: 'api key', level: 'fail', message: 'refused' }],
    ],
    [
      'an entry of the API keys that is wrong',
      ({ secrets }) => {
        const named = { ci: { hash: 'sha256:0', scopes: ['read'] } };
        return Object.assign(secrets, { [arnOf('ApiKeysSecret')]: JSON.stringify({ keys: [KEY], named }) });
      },
      [{ check: 'api keys', level: 'fail', message: 'named.ci.hash is not sha256:<64 hex digits>' }],
    ],
    [
      'API keys of which only hashes are kept',
      ({ secrets }) => Object.assign(secrets, { [arnOf('ApiKeysSecret')]: `{"hashes":["sha256:${'0'.repeat(64)}"]}` }),
      [{ check: 'api key', level: 'warn', fix: 'set API_KEY to one of yours' }],
    ],
    [
      'a Slack secret that nobody has filled',
      ({ secrets }) => Object.assign(secrets, { [arnOf('ChannelsSecret')]: '{"channels":{}}' }),
      [{ check: 'channels', level: 'fail', message: 'channels: none is set yet' }],
    ],
    [
      'a table that is gone',
      ({ outputs }) => Object.assign(outputs, { PendingTable: 'Gone' }),
      [{ check: 'table PendingTasks', level: 'fail', fix: expect.stringContaining('no longer exists') }],
    ],
    [
      'a shard that nobody polls',
      (account) => Object.assign(account, { schedules: ['ENABLED', 'DISABLED', 'ENABLED'] }),
      [{ check: 'schedules', level: 'fail', message: '2 of 3 enabled' }],
    ],
    [
      'a poller that stopped half an hour ago',
      (account) => Object.assign(account, { sweeps: [new Date(Date.now() - 30 * 60_000)] }),
      [{ check: 'poller', level: 'fail', message: 'last heartbeat 30 min ago' }],
    ],
    [
      'a shard whose runs come to no end',
      (account) => Object.assign(account, { sweeps: sweepsOf(2) }),
      [
        {
          check: 'poller',
          level: 'fail',
          message: expect.stringContaining('20 of 30 heartbeats in 10 min'),
        },
      ],
    ],
    [
      'a poller that never ran',
      (account) => Object.assign(account, { sweeps: [] }),
      [{ check: 'poller', level: 'fail', message: 'no heartbeat in the last hour' }],
    ],
    [
      'a poller that had no time to run yet',
      (account) => Object.assign(account, { sweeps: [], stackChangedAt: new Date() }),
      [{ check: 'poller', level: 'warn', message: 'no heartbeat in the last hour' }],
    ],
    [
      'messages that were given up',
      (account) => Object.assign(account.messages, { [physicalIdOf(account, 'NotificationsChannelsDeadLetters')]: 7 }),
      [{ check: 'dead letters', level: 'fail', message: 'about 7 in NotificationsChannelsDeadLetters' }],
    ],
    [
      'an alarm that is firing',
      (account) => account.ringing.push(physicalIdOf(account, 'MonitoringAlarmsUnreadableRows')),
      [
        {
          check: 'alarms',
          level: 'warn',
          message: 'UnreadableRows is firing',
          fix: 'see docs/operations.md, UnreadableRows',
        },
      ],
    ],
    [
      'an answer that the operator may not have',
      (account) => account.denied.push('DescribeAlarms'),
      [{ check: 'alarms', level: 'fail', fix: expect.stringContaining('grant this permission') }],
    ],
  ];
  it.each(troubles)('reports %s, and nothing else', async (_, change, expected) => {
    const findings = await afterChange(change);
    expect(badNews(findings)).toMatchObject(expected);
    expect(badNews(findings)).toHaveLength(expected.length);
    expect(exitStatusOf(findings)).toBe(expected.some(({ level }) => level === 'fail') ? 1 : 0);
  });

  it('tries the API key of the shell before those of the secret', async () => {
    const hashesOnly = ({ secrets }: Account) => Object.assign(secrets, { [arnOf('ApiKeysSecret')]: '{"hashes":[]}' });
    expect(badNews(await afterChange(hashesOnly, { apiKey: KEY }))).toEqual([]);
    expect(badNews(await afterChange(hashesOnly, { apiKey: 'some-other-key-00' }))).toMatchObject([
      { message: 'refused' },
    ]);
  });

  it('finds the outputs of a construct with an id of its own, beside those of the app', async () => {
    const inAnApp = (account: Account) => {
      const renamed = Object.entries(account.outputs).map(([name, value]) => [`Tasks${name}`, value]);
      account.outputs = { ApiUrl: nobodyListens, ...Object.fromEntries(renamed) };
    };
    expect(badNews(await afterChange(inAnApp))).toEqual([]);
  });

  it('asks the API address that it is told instead of the stack’s', async () => {
    const elsewhere = ({ outputs }: Account) => Object.assign(outputs, { ApiUrl: nobodyListens });
    expect(badNews(await afterChange(elsewhere, { apiUrl: `${deployed.service.url}/` }))).toEqual([]);
  });
});

describe('e-mail subscriptions', () => {
  const topic = arnOf('TaskAlertsTopic');
  const subscribers =
    (...list: Account['subscriptions'][string]) =>
    (account: Account) => {
      account.subscriptions[topic] = list;
    };

  it('that wait for their confirmation are named, with the command for when the mail is too old', async () => {
    const waiting = { protocol: 'email', endpoint: 'people@example.com', arn: 'PendingConfirmation' };
    expect(badNews(await afterChange(subscribers(waiting)))).toEqual([
      expect.objectContaining({ check: 'topic TaskAlerts', level: 'warn', message: 'no confirmed subscription' }),
      {
        check: 'e-mail TaskAlerts',
        level: 'warn',
        message: 'people@example.com has not confirmed',
        fix: expect.stringContaining(`aws sns subscribe --protocol email --topic-arn ${topic}`),
      },
    ]);
  });

  it('that AWS has dropped are missed', async () => {
    const other = { protocol: 'email', endpoint: 'other@example.com', arn: `${topic}:confirmed` };
    expect(badNews(await afterChange(subscribers(other)))).toMatchObject([
      { check: 'e-mail TaskAlerts', level: 'fail', message: 'people@example.com is no longer subscribed' },
    ]);
  });
});

describe('a clock that is wrong', () => {
  const ahead = (ms: number) => ({ clock: { now: () => Date.now() + ms, sleep: async () => undefined } });
  const clockOf = (findings: Finding[]) => findings.find(({ check }) => check === 'clock');

  it('by two minutes is a warning', async () => {
    const findings = await afterChange(unchanged, ahead(120_000));
    expect(clockOf(findings)).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/^this machine is 12\d s ahead/),
    });
  });

  it('by twenty minutes is a failure, and explains why Huawei Cloud refuses the signature', async () => {
    const findings = await afterChange(unchanged, ahead(-20 * 60_000));
    expect(clockOf(findings)).toMatchObject({
      level: 'fail',
      message: expect.stringMatching(/^this machine is 1[12]\d\d s behind/),
    });
    expect(findings.find(({ check }) => check === 'huawei default')).toMatchObject({ level: 'fail' });
  });
});

describe('a shell without permissions', () => {
  it('is told so in one finding, for nothing else can be asked', async () => {
    const findings = await afterChange(({ denied }) => denied.push('DescribeStacks'));
    expect(findings).toMatchObject([
      { check: 'stack', level: 'fail', message: expect.stringContaining('AccessDenied') },
      {},
    ]);
  });
});
