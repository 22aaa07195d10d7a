import { openChannels, parseRoutingSecret, secretsOf } from '../functions/channels/routing.ts';
import { findMissingProjects } from '../functions/huawei/find-project.ts';
import { type Profiles, validateProfiles } from '../functions/huawei/profiles.ts';
import { createTransport } from '../functions/huawei/transport.ts';
import { isFields, parseJson } from '../functions/tasks/json.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import { addressOf } from '../lib/setting-kinds.ts';
import type { Settings } from '../lib/settings.ts';
import { findApiKey } from './api-key.ts';
import type { AwsClients } from './aws-clients.ts';
import { type Check, type Finding, fail, runChecks } from './check.ts';
import { alarmsCheck } from './check-alarms.ts';
import { checkApi } from './check-api.ts';
import { checkChannels, checkWebhooks } from './check-channels.ts';
import { concurrencyCheck } from './check-concurrency.ts';
import { deadLettersCheck } from './check-dead-letters.ts';
import { lastRunCheck } from './check-last-run.ts';
import { checkProfiles } from './check-profiles.ts';
import { schedulesCheck } from './check-schedules.ts';
import { tableCheck } from './check-tables.ts';
import { topicCheck } from './check-topic.ts';
import { checkClock, type DateNotes } from './clock-skew.ts';
import { holdProfiles } from './hold-profiles.ts';
import { type Deployment, readDeployment } from './read-deployment.ts';
import { readSecret } from './read-secret.ts';
import type { Redactor } from './redactor.ts';

export type Examination = {
  clients: AwsClients;
  settings: Settings;
  /** Tried instead of the keys in the secret, which may hold hashes alone. */
  apiKey: string | undefined;
  /** Asked instead of the stack's own API URL. */
  apiUrl: string | undefined;
  clock: Clock;
  dates: DateNotes;
  redactor: Redactor;
};

/** Everything that can be asked of a deployed stack. Reads only, and posts no message anywhere. Never throws. */
export async function examineDeployment(examination: Examination): Promise<Finding[]> {
  const { clients, settings, dates } = examination;
  const stack: { deployment?: Deployment } = {};
  const found = await runChecks([
    {
      name: 'stack',
      async run() {
        const { deployment, findings } = await readDeployment(clients.cloudFormation, settings.stackName);
        if (deployment) stack.deployment = deployment;
        return findings;
      },
    },
  ]);
  const rest = stack.deployment ? await runChecks(checksOf(examination, stack.deployment)) : [];
  return [...found, ...rest, ...checkClock(dates.readings())];
}

function checksOf(examination: Examination, deployment: Deployment): Check[] {
  const { clients, clock } = examination;
  return [
    ...secretChecks(examination, deployment),
    tableCheck(clients.dynamo, 'PendingTasks', deployment.outputs.PendingTable),
    tableCheck(clients.dynamo, 'TaskResults', deployment.outputs.ResultsTable),
    ...topicChecks(examination, deployment),
    schedulesCheck(clients.scheduler, deployment),
    concurrencyCheck(clients.lambda, examination.settings),
    lastRunCheck(clients.cloudWatch, deployment, clock),
    deadLettersCheck(clients.sqs, deployment),
    alarmsCheck(clients.cloudWatch, deployment),
  ];
}

function secretChecks(examination: Examination, { outputs }: Deployment): Check[] {
  const { clients, clock, redactor, settings } = examination;
  const channels: Check = {
    name: 'channels',
    async run() {
      const routing = await readSecret(clients.secrets, outputs.ChannelsSecret, parseRoutingSecret);
      redactor.hold(secretsOf(routing));
      return checkChannels(openChannels(routing, clock).values());
    },
  };
  return [
    { name: 'huawei', run: () => examineProfiles(examination, outputs.HuaweiSecret) },
    { name: 'api key', run: () => examineApi(examination, outputs) },
    ...(settings.channels || outputs.ChannelsSecret !== undefined ? [channels] : []),
  ];
}

async function examineProfiles(examination: Examination, arn: string | undefined): Promise<Finding[]> {
  const { clients, clock, dates, redactor, settings } = examination;
  const text = await readSecret(clients.secrets, arn, (read) => read);
  holdProfiles(redactor, heldIn(text));
  const missing = await missingProjects(text, settings.endpoints, clock);
  if (missing.length > 0) return missing;
  const profiles = validateProfiles(text, settings.endpoints);
  if (Object.keys(profiles).length > 0) {
    const found = await checkProfiles(profiles, { clock, noteDate: dates.note });
    return [...found, ...(settings.webhooks ? checkWebhooks(profiles, settings) : [])];
  }
  const fix = `aws secretsmanager put-secret-value --secret-id ${arn} --secret-string file://profiles.json`;
  return [fail('huawei', 'the secret has no profiles yet', fix)];
}

/** Whatever their form, so that nothing secret of a profile that is wrong is printed. */
function heldIn(text: string): Profiles {
  const secret = parseJson(text);
  const profiles = isFields(secret) && isFields(secret.profiles) ? secret.profiles : {};
  return Object.fromEntries(Object.entries(profiles).filter(([, fields]) => isFields(fields))) as Profiles;
}

/** A profile without a project, and the line to add where IAM knows it. */
async function missingProjects(text: string, endpoints: Settings['endpoints'], clock: Clock): Promise<Finding[]> {
  const transport = createTransport({ connections: 1, timeoutMs: 10_000 });
  const lookups = await findMissingProjects(text, endpoints, { transport, clock });
  await transport.close();
  return [...lookups].map(([name, lookup]) => {
    const fix =
      lookup.kind === 'found'
        ? `add "project_id": "${lookup.projectId}", the project of region ${lookup.region}, to the profile`
        : `add project_id to the profile; IAM does not tell it: ${lookup.reason}`;
    return fail(`huawei ${name}`, 'project_id is missing', fix);
  });
}

async function examineApi(examination: Examination, outputs: Deployment['outputs']): Promise<Finding[]> {
  const { clients, clock, redactor, apiKey } = examination;
  const url = (examination.apiUrl ?? outputs.ApiUrl)?.replace(/\/+$/, '');
  if (url === undefined) return [fail('api', 'missing in the outputs of the stack', 'deploy this version')];
  const { key, findings } = apiKey
    ? { key: apiKey, findings: [] }
    : await readSecret(clients.secrets, outputs.ApiKeysSecret, findApiKey);
  redactor.hold([key]);
  return [...findings, ...(await checkApi({ url, key, clock, hints: API_HINTS }))];
}

const API_HINTS = {
  whenDown: 'check the API’s access log, and that the stack is deployed',
  whenRefused: 'put it in the API keys secret; if you just did, wait 5 minutes',
  log: 'read the log of tasks-api',
};

function topicChecks({ clients, settings }: Examination, { outputs }: Deployment): Check[] {
  const alertEmails = settings.alertEmails.map(addressOf);
  const { operatorEmails = alertEmails } = settings;
  const topics = [
    { label: 'TaskEvents', arn: outputs.TaskEventsTopic, emails: [], isForPeople: false },
    { label: 'TaskAlerts', arn: outputs.TaskAlertsTopic, emails: alertEmails, isForPeople: true },
    { label: 'Operator', arn: outputs.OperatorTopic, emails: operatorEmails, isForPeople: true },
    ...(outputs.ChatTopic === undefined
      ? []
      : [{ label: 'Chat', arn: outputs.ChatTopic, emails: [], isForPeople: true }]),
  ];
  return topics.map((topic) => topicCheck(clients.sns, topic));
}
