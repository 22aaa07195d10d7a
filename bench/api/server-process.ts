import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unnamedKeys } from '../../functions/http/api-keys.ts';
import { createTasksApiHandler } from '../../functions/http/handler.ts';
import { createTaskSchedule, DEFAULT_SCHEDULE } from '../../functions/schedule/schedule.ts';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { createDynamoTaskResultStore } from '../../functions/stores/dynamo/results.ts';
import { openSqlite } from '../../functions/stores/sqlite/database.ts';
import { createSqlitePendingTasks } from '../../functions/stores/sqlite/pending-tasks.ts';
import { createSqliteResults } from '../../functions/stores/sqlite/results.ts';
import type { PendingTaskStore, TaskResultStore } from '../../functions/tasks/ports.ts';
import { startHttpServer } from '../../local/http-server.ts';
import { LOCAL_TABLES, startDynalite } from '../../test/support/dynalite.ts';
import { answerRequests } from '../child.ts';
import { BARE_REGISTRATIONS, type Register } from './bare-registrations.ts';
import type { Kind } from './runs.ts';

/** Starts our API or a bare server, each with its database in its process; answers its address. */
export type ServerRequest = { kind: Kind } | { kind: 'cpu' };

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
  if (kind === 'ours') return startApi(openOnDisk());
  return kind === 'on_dynalite' ? startApi(await openDynalite()) : startBare(BARE_REGISTRATIONS[kind]);
});

type Stores = { pending: PendingTaskStore; results: TaskResultStore };

/** As `npm start` has it, in a folder that goes with the process. */
function openOnDisk(): Stores {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-api-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const database = openSqlite({ file: path.join(folder, 'tasks.db'), clock, log });
  return {
    pending: createSqlitePendingTasks(database, log),
    results: createSqliteResults(database, { clock, log }),
  };
}

async function openDynalite(): Promise<Stores> {
  const { client } = await startDynalite();
  return {
    pending: createDynamoPendingTaskStore({ client, tableName: LOCAL_TABLES.pending, log }),
    results: createDynamoTaskResultStore({ client, tableName: LOCAL_TABLES.results, log, clock }),
  };
}

async function startApi({ pending, results }: Stores): Promise<string> {
  const profiles = { default: { project_id: 'project', instance_id: 'gateway' } };
  const keys = unnamedKeys([API_KEY]);
  const handler = createTasksApiHandler({
    ...{ pending, results, clock, log, taskDeadlineMs: 86_400_000 },
    files: { open: async () => undefined },
    profiles: async () => profiles,
    apiKeys: async () => keys,
    audit() {},
    schedule: createTaskSchedule(DEFAULT_SCHEDULE),
    republish: async () => {},
  });
  return (await startHttpServer({ handler, host: '127.0.0.1', port: 0 })).url;
}

/** No checks, no keys, no problems: parses the body, registers each task, answers 202. */
async function startBare(register: Register): Promise<string> {
  const { client } = await startDynalite();
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
