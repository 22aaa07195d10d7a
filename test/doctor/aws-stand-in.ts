import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { StackResource } from '../../doctor/read-deployment.ts';

/** What the stand-in's account holds; tests change it at will. */
export type Account = {
  stackStatus: string;
  stackChangedAt: Date;
  outputs: Record<string, string>;
  resources: StackResource[];
  /** By ARN. */
  secrets: Record<string, string>;
  /** By topic ARN. */
  subscriptions: Record<string, { protocol: string; endpoint: string; arn: string }[]>;
  /** Messages by queue URL; 0 where nothing is said. */
  messages: Record<string, number>;
  sweeps: Date[];
  /** Names of the alarms that ring. */
  ringing: string[];
  /** Of Lambda, not reserved by a function. */
  freeExecutions: number;
  schedules: ('ENABLED' | 'DISABLED')[];
  /** Actions that answer AccessDenied. */
  denied: string[];
};

export type AwsStandIn = AsyncDisposable & {
  endpoint: string;
  account: Account;
  /** Every action that was asked for. */
  actions: string[];
};

/** CloudFormation, SNS, SQS, Secrets Manager, CloudWatch, Lambda and Scheduler on one loopback port, as far as the doctor asks them. */
export async function startAwsStandIn(accountAt: (endpoint: string) => Account): Promise<AwsStandIn> {
  const actions: string[] = [];
  const server = createServer((request, response) => void serve(standIn, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const standIn: AwsStandIn = {
    endpoint,
    account: accountAt(endpoint),
    actions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

async function serve({ account, actions }: AwsStandIn, request: IncomingMessage, response: ServerResponse) {
  const body = await text(request);
  const target = request.headers['x-amz-target'];
  const isJson = typeof target === 'string' || request.method === 'GET';
  const restAction = request.url?.includes('/account-settings') ? 'GetAccountSettings' : 'ListSchedules';
  const action = isJson ? (target?.toString().split('.')[1] ?? restAction) : (formOf(body).Action ?? '');
  actions.push(action);
  const type = isJson ? 'application/x-amz-json-1.0' : 'text/xml';
  const refuse = (code: string, message: string) => {
    const answer = isJson ? JSON.stringify({ __type: code, message }) : errorXml(code, message);
    response.writeHead(400, { 'content-type': type }).end(answer);
  };
  if (account.denied.includes(action)) return refuse('AccessDeniedException', `not authorized to perform ${action}`);
  const answer = isJson ? jsonAnswer(account, action, body) : xmlAnswer(account, formOf(body));
  if (answer === undefined) return refuse('ValidationError', 'Stack with id Elsewhere does not exist');
  response.writeHead(200, { 'content-type': type }).end(answer);
}

function formOf(body: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

function xmlAnswer(account: Account, form: Record<string, string>): string | undefined {
  return form.TopicArn === undefined ? cloudFormationAnswer(account, form) : snsAnswer(account, form);
}

type Input = { SecretId?: string; QueueUrl?: string; AlarmNames?: string[] };

function jsonAnswer(account: Account, action: string, body: string): string {
  const input: Input = body === '' ? {} : JSON.parse(body);
  const answers: Record<string, () => unknown> = {
    GetSecretValue: () => ({ SecretString: account.secrets[input.SecretId ?? ''] }),
    GetQueueAttributes: () => ({
      Attributes: { ApproximateNumberOfMessages: String(account.messages[input.QueueUrl ?? ''] ?? 0) },
    }),
    GetMetricStatistics: () => ({
      Datapoints: account.sweeps.map((at) => ({ Sum: 1, Timestamp: at.getTime() / 1000 })),
    }),
    DescribeAlarms: () => ({
      MetricAlarms: input.AlarmNames?.map((AlarmName) => ({
        AlarmName,
        StateValue: account.ringing.includes(AlarmName) ? 'ALARM' : 'OK',
      })),
    }),
    GetAccountSettings: () => ({ AccountLimit: { UnreservedConcurrentExecutions: account.freeExecutions } }),
    ListSchedules: () => ({
      Schedules: account.schedules.map((State, index) => ({ Name: `segment-${index}`, State })),
    }),
  };
  return JSON.stringify(answers[action]?.() ?? {});
}

const tag = (name: string, content: string) => `<${name}>${content}</${name}>`;
const escapeXml = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** `<name><key>value</key>…</name>` for text values. */
const fields = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([key, value]) => tag(key, escapeXml(value)))
    .join('');

const members = (list: string[]) => list.map((one) => tag('member', one)).join('');
const answer = (action: string, content: string) => tag(`${action}Response`, tag(`${action}Result`, content));

/** The stack `ApigTaskNotifier`, and no other. */
export function cloudFormationAnswer(account: Account, form: Record<string, string>): string | undefined {
  if (form.StackName !== 'ApigTaskNotifier') return undefined;
  if (form.Action === 'DescribeStacks') return answer('DescribeStacks', tag('Stacks', members([stackXml(account)])));
  return answer('ListStackResources', resourcesXml(account, form.NextToken === 'second'));
}

function stackXml({ outputs, stackStatus, stackChangedAt }: Account): string {
  const said = { StackName: 'ApigTaskNotifier', StackStatus: stackStatus, CreationTime: stackChangedAt.toISOString() };
  const listed = Object.entries(outputs).map(([OutputKey, OutputValue]) => fields({ OutputKey, OutputValue }));
  return fields(said) + tag('Outputs', members(listed));
}

/** In two pages, as CloudFormation does with many. */
function resourcesXml({ resources }: Account, isSecond: boolean): string {
  const half = Math.ceil(resources.length / 2);
  const page = isSecond ? resources.slice(half) : resources.slice(0, half);
  const listed = page.map(({ type, logicalId, physicalId }) =>
    fields({ ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId }),
  );
  return tag('StackResourceSummaries', members(listed)) + (isSecond ? '' : tag('NextToken', 'second'));
}

/** A topic's attributes or its subscriptions. */
export function snsAnswer(account: Account, { Action = '', TopicArn = '' }: Record<string, string>): string {
  if (Action === 'GetTopicAttributes') return answer(Action, '<Attributes/>');
  const listed = (account.subscriptions[TopicArn] ?? []).map(({ protocol, endpoint, arn }) =>
    fields({ Protocol: protocol, Endpoint: endpoint, SubscriptionArn: arn, TopicArn }),
  );
  return answer(Action, tag('Subscriptions', members(listed)));
}

export function errorXml(code: string, message: string): string {
  return tag('ErrorResponse', tag('Error', fields({ Type: 'Sender', Code: code, Message: message })));
}
