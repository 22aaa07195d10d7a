import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { type Api, createApi } from './api.ts';
import type { Outputs } from './cdk.ts';
import { withNamedKey } from './named-key.ts';
import { type Subscriber, subscribe } from './subscriber.ts';
import { WEBHOOK_SECRET, type World } from './world.ts';

/** The deployed service, and those who listen to it. */
export type Deployment = {
  outputs: Outputs;
  api: Api;
  /** Gets only the events of what did not wholly succeed. */
  troubles: Subscriber;
  alerts: Subscriber;
  /** Gets only the alerts about failures. */
  failures: Subscriber;
  chat: Subscriber;
  operator: Subscriber;
};

/** Everything on, data kept when the stack goes, and Huawei's endpoints led to the simulator. */
export const settingsFor = ({ simulator }: World) => ({
  ...{ channels: true, chatTopic: true, webhooks: true, starts: true },
  ...{ allowLoopbackCallbacks: true, dataRemoval: 'retain' },
  alertEmails: ['people@example.com', { address: 'failures@example.com', outcomes: ['failed'] }],
  endpoints: { apig: simulator.url, iam: simulator.url },
});

/** Deploys, fills the secrets, and subscribes. `deploy` is for another version than the present. */
export async function deployService(world: World, deploy = () => deployPresent(world)): Promise<Deployment> {
  const { report, aws, cdk, emulator } = world;
  await report.step('cdk bootstrap', () => cdk.bootstrap());
  const outputs = await report.step('cdk deploy', deploy);
  await report.step('put the secrets of Huawei Cloud and the channels', () => putSecrets(world, outputs));
  const apiKey = await report.step('read the generated API key, and add a named one', () => readApiKey(world, outputs));
  const api = createApi(emulator, { url: output(outputs, 'ApiUrl'), apiKey });
  await report.step('let the poller hand the profiles on to the API', () => untilProfilesAreKnown(world, api));
  return report.step('subscribe queues to the topics', async () => {
    const topicArn = (name: string) => output(outputs, name);
    return {
      ...{ outputs, api },
      troubles: await subscribe(aws, {
        ...{ name: 'e2e-troubles', topicArn: topicArn('TaskEventsTopic'), raw: true },
        filterPolicy: { outcome: ['failed', 'partially_succeeded'] },
      }),
      alerts: await subscribe(aws, { name: 'e2e-alerts', topicArn: topicArn('TaskAlertsTopic'), raw: false }),
      failures: await subscribe(aws, {
        ...{ name: 'e2e-failures', topicArn: topicArn('TaskAlertsTopic'), raw: false },
        filterPolicy: { outcome: ['failed'] },
      }),
      chat: await subscribe(aws, { name: 'e2e-chat', topicArn: topicArn('ChatTopic'), raw: true }),
      operator: await subscribe(aws, { name: 'e2e-operator', topicArn: topicArn('OperatorTopic'), raw: false }),
    };
  });
}

/** As somebody has it who installs the package in an app of ten lines. */
async function deployPresent(world: World): Promise<Outputs> {
  await world.cdk.pack();
  return world.cdk.deploy(settingsFor(world));
}

/** One output of the stack. Throws when it is missing. */
export function output(outputs: Outputs, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Error(`the stack has no output ${name}`);
  return value;
}

async function putSecrets({ aws, channels }: World, outputs: Outputs): Promise<void> {
  const { projectId, instanceId, ak, sk } = DEFAULT_ACCOUNT;
  const profile = { project_id: projectId, instance_id: instanceId, ak, sk, requests_per_second: 50 };
  const put = (name: string, value: unknown) => {
    const secret = { SecretId: output(outputs, name), SecretString: JSON.stringify(value) };
    return aws.secrets.send(new PutSecretValueCommand(secret));
  };
  await put('HuaweiSecret', { profiles: { default: { ...profile, webhook_secrets: [WEBHOOK_SECRET] } } });
  await put('ChannelsSecret', channels.routing);
}

/** Asks with a registration that is wrong in any case. */
async function untilProfilesAreKnown({ report }: World, api: Api): Promise<void> {
  await report.until({
    what: 'waiting for the profile "default"',
    timeoutMs: 150_000,
    async probe() {
      const answer = await api.call('POST', '/tasks', { body: { task_id: 'none', callback_url: 'wrong' } });
      const errors = answer.status === 400 ? JSON.stringify(answer.json().errors) : '#/profile';
      return !errors.includes('#/profile') || undefined;
    },
  });
}

/** The generated key. Puts a named key beside it. */
async function readApiKey({ aws }: World, outputs: Outputs): Promise<string> {
  const SecretId = output(outputs, 'ApiKeysSecret');
  const secret = JSON.parse((await aws.secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '{}');
  if (typeof secret.generated_key !== 'string') throw new Error('the secret has no generated_key');
  const SecretString = JSON.stringify(withNamedKey(secret));
  await aws.secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
  return secret.generated_key;
}
