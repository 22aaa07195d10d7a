import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { ensureTables, type TableNames } from '../../functions/stores/dynamo/tables.ts';

export type Dynalite = {
  client: DynamoDBClient;
  /** `http://127.0.0.1:<port>`, for further clients. */
  endpoint: string;
  close(): Promise<void>;
};

/** Names of the tables where a test needs no others. */
export const LOCAL_TABLES: TableNames = { pending: 'PendingTasks', results: 'TaskResults' };

/**
 * DynamoDB inside this process (dynalite), in memory, on a free loopback port, with both tables there. For tests and
 * benchmarks of what speaks DynamoDB: it needs no Java, and it is no place for a user's data.
 */
export async function startDynalite({ tables = LOCAL_TABLES } = {}): Promise<Dynalite> {
  const server = hardened(dynalite({ createTableMs: 0 }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createLoopbackClient(endpoint);
  await ensureTables(client, tables);
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
