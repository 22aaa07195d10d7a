import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createDynamoPendingTaskStore } from '../../functions/stores/dynamo/pending-tasks.ts';
import { aTask } from '../contract/samples.ts';
import { type Dynalite, LOCAL_TABLES, startDynalite } from './dynalite.ts';

function pendingOf({ client }: Dynalite) {
  return createDynamoPendingTaskStore({ client, tableName: LOCAL_TABLES.pending });
}

describe('dynalite', () => {
  it('forgets everything when it is closed', async () => {
    const first = await startDynalite();
    await pendingOf(first).register(aTask());
    await first.close();
    const second = await startDynalite();
    expect(await pendingOf(second).get(aTask().taskId)).toBeUndefined();
    await second.close();
  });

  it('listens on loopback alone', async () => {
    const database = await startDynalite();
    // A server bound to every address would answer on this one, too.
    const elsewhere = connect(Number(new URL(database.endpoint).port), '127.0.0.2');
    await expect(once(elsewhere, 'connect')).rejects.toThrow();
    await database.close();
  });

  it('survives a client that goes away before its answer', async () => {
    const database = await startDynalite();
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
