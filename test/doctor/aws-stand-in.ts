import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { StackResource } from '../../doctor/read-deployment.ts';
import { cloudFormationAnswer, errorXml, snsAnswer } from './aws-xml.ts';

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

/** CloudFormation, SNS, SQS, Secrets Manager, CloudWatch and Scheduler on one loopback port, as far as the doctor asks them. */
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
  const action = isJson ? (target?.toString().split('.')[1] ?? 'ListSchedules') : (formOf(body).Action ?? '');
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
    ListSchedules: () => ({
      Schedules: account.schedules.map((State, index) => ({ Name: `segment-${index}`, State })),
    }),
  };
  return JSON.stringify(answers[action]?.() ?? {});
}
