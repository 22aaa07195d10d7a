import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashApiKey } from '../../functions/http/access.ts';
import { createTasksApiHandler } from '../../functions/http/handler.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { LOCAL_TABLES, startEmbeddedDynamo } from '../../local/embedded-dynamodb.ts';
import { startHttpServer } from '../../local/http-server.ts';
import { answerRequests } from '../child.ts';
import { BARE_REGISTRATIONS, type BareKind, type Register } from './bare-registrations.ts';

/** Starts our API or a bare server, each with the embedded database in its process; answers its address. */
export type ServerRequest = { kind: 'ours' | BareKind } | { kind: 'cpu' };

const API_KEY = 'bench-key-of-sufficient-length-000000';

const clock = { now: Date.now, sleep: async () => {} };
const log = { info() {}, warn() {}, error() {} };
let before = process.cpuUsage();

answerRequests(async ({ kind }: ServerRequest) => {
  if (kind === 'cpu') {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    return (user + system) / 1e6;
  }
  return kind === 'ours' ? startOurs() : startBare(BARE_REGISTRATIONS[kind]);
});

async function startOurs(): Promise<string> {
  const { client } = await startEmbeddedDynamo();
  const pending = createDynamoPendingTaskStore({ client, tableName: LOCAL_TABLES.pending, log });
  const results = createDynamoTaskResultStore({ client, tableName: LOCAL_TABLES.results, log, clock });
  const profiles = { default: { project_id: 'project', instance_id: 'gateway' } };
  const hashes = [hashApiKey(API_KEY)];
  const handler = createTasksApiHandler({
    ...{ pending, results, clock, log, taskDeadlineMs: 86_400_000 },
    files: { open: async () => undefined },
    profiles: async () => profiles,
    apiKeyHashes: async () => hashes,
    schedule: createTaskSchedule(DEFAULT_SCHEDULE),
    republish: async () => {},
  });
  return (await startHttpServer({ handler, host: '127.0.0.1', port: 0 })).url;
}

/** No checks, no keys, no problems: parses the body, registers each task, answers 202. */
async function startBare(register: Register): Promise<string> {
  const { client } = await startEmbeddedDynamo();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const tasks: { task_id: string }[] = body.tasks ?? [body];
    await Promise.all(tasks.map(({ task_id }) => register(client, task_id)));
    response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ state: 'pending' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
