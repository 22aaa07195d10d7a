import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { ensureTables, type TableNames } from '../functions/stores/dynamo/tables.ts';
import { StoreError } from '../functions/tasks/errors.ts';

export type EmbeddedDynamo = {
  client: DynamoDBClient;
  /** `http://127.0.0.1:<port>`, for further clients. */
  endpoint: string;
  close(): Promise<void>;
};

/** Names of the tables where nobody chose any. */
export const LOCAL_TABLES: TableNames = { pending: 'PendingTasks', results: 'TaskResults' };

/**
 * DynamoDB inside this process (dynalite), on a loopback port of its own choice, with both tables there.
 * Data lie in `dataDir/dynamodb` and survive a `kill -9`; without `dataDir` they live in memory.
 * Throws `StoreError` when another process has the folder open.
 */
export async function startEmbeddedDynamo(
  options: { dataDir?: string; tables?: TableNames } = {},
): Promise<EmbeddedDynamo> {
  const server = await createServer(options.dataDir);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createLoopbackClient(endpoint);
  await ensureTables(client, options.tables ?? LOCAL_TABLES);
  return { client, endpoint, close: () => closeAll(client, server) };
}

/** A client with made-up credentials, so that nothing of the machine's own AWS settings is ever used. */
export function createLoopbackClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

async function createServer(dataDir: string | undefined): Promise<Server> {
  if (dataDir === undefined) return hardened(dynalite({ createTableMs: 0 }));
  const folder = path.join(dataDir, 'dynamodb');
  await mkdir(folder, { recursive: true });
  await checkFolderIsFree(folder);
  return hardened(dynalite({ createTableMs: 0, path: folder }));
}

/** dynalite throws from inside its request handler, ending the process, when its folder cannot be opened. */
async function checkFolderIsFree(folder: string): Promise<void> {
  const { Level } = createRequire(fileURLToPath(import.meta.resolve('dynalite')))('level');
  const database = new Level(folder);
  try {
    await database.open();
    await database.close();
  } catch (cause) {
    throw new StoreError(`The database in ${folder} cannot be opened. Is another process using it?`, { cause });
  }
}

/** dynalite rethrows a connection's error, ending the process, when a client goes away before its answer. */
function hardened(server: Server): Server {
  return server.on('request', (request: IncomingMessage) => {
    request.removeAllListeners('error');
    request.on('error', () => {});
  });
}

async function closeAll(client: DynamoDBClient, server: Server): Promise<void> {
  client.destroy();
  const closed = promisify(server.close.bind(server))();
  server.closeIdleConnections();
  await closed;
}
