import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { type EmbeddedDynamo, LOCAL_TABLES, startEmbeddedDynamo } from '../../local/embedded-dynamodb.ts';
import { aTask } from '../contract/samples.ts';

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

function pendingOf({ client }: EmbeddedDynamo) {
  return createDynamoPendingTaskStore({ client, tableName: LOCAL_TABLES.pending });
}

describe('Embedded DynamoDB', () => {
  it('keeps data in its folder across a restart', async () => {
    const folder = path.join(dataDir, 'restart');
    const first = await startEmbeddedDynamo({ dataDir: folder });
    await pendingOf(first).register(aTask());
    await first.close();
    const second = await startEmbeddedDynamo({ dataDir: folder });
    expect(await pendingOf(second).get(aTask().taskId)).toEqual(aTask());
    await second.close();
  });

  it('keeps data when its process is killed', async () => {
    const folder = path.join(dataDir, 'killed');
    const writer = fork(new URL('./register-and-wait.ts', import.meta.url), [folder]);
    await once(writer, 'message');
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const database = await startEmbeddedDynamo({ dataDir: folder });
    expect(await pendingOf(database).get(aTask().taskId)).toEqual(aTask());
    await database.close();
  });

  it('forgets everything without a folder', async () => {
    const first = await startEmbeddedDynamo();
    await pendingOf(first).register(aTask());
    await first.close();
    const second = await startEmbeddedDynamo();
    expect(await pendingOf(second).get(aTask().taskId)).toBeUndefined();
    await second.close();
  });

  it('says so when another one has the folder open', async () => {
    const folder = path.join(dataDir, 'busy');
    const first = await startEmbeddedDynamo({ dataDir: folder });
    await expect(startEmbeddedDynamo({ dataDir: folder })).rejects.toThrow('Is another process using it?');
    await first.close();
  });

  it('listens on loopback alone', async () => {
    const database = await startEmbeddedDynamo();
    // A server bound to every address would answer on this one, too.
    const elsewhere = connect(Number(new URL(database.endpoint).port), '127.0.0.2');
    await expect(once(elsewhere, 'connect')).rejects.toThrow();
    await database.close();
  });

  it('survives a client that goes away before its answer', async () => {
    const database = await startEmbeddedDynamo();
    const socket = connect(Number(new URL(database.endpoint).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"half":');
    await pendingOf(database).register(aTask());
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect(await pendingOf(database).get(aTask().taskId)).toEqual(aTask());
    await database.close();
  });
});
