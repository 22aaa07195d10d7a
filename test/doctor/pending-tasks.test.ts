import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { checkApi } from '../../doctor/check-api.ts';
import { systemClock as clock } from '../../functions/runtime/system-clock.ts';

type Item = { task_id: string; deadline_at: string; last_error?: { code: string; message: string } };

/** What the doctor says of pending tasks of a service that has these. */
async function findingFor(items: Item[]) {
  const server = createServer((request, response) => {
    response.end(JSON.stringify(request.url === '/health' ? { status: 'ok' } : { items }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return (
    await checkApi({
      url,
      key: 'a-key',
      clock,
      hints: { whenDown: 'start it', whenRefused: 'set another', log: 'read it' },
    })
  ).at(-1);
}

const deadline_at = '2999-01-01T00:00:00.000Z';
const troubled = (task_id: string, code: string) => ({ task_id, deadline_at, last_error: { code, message: 'no' } });

it('names pending tasks that have an error, with its code', async () => {
  const items = [{ task_id: 't0', deadline_at }, troubled('t1', 'APIG.3093'), troubled('t2', 'TIMEOUT')];
  expect(await findingFor(items)).toMatchObject({
    level: 'warn',
    message: '2 of 3 have a last_error: t1 APIG.3093, t2 TIMEOUT',
  });
});

it('names three of many', async () => {
  const items = [1, 2, 3, 4].map((n) => troubled(`t${n}`, 'TIMEOUT'));
  expect(await findingFor(items)).toMatchObject({
    message: '4 of 4 have a last_error: t1 TIMEOUT, t2 TIMEOUT, t3 TIMEOUT, …',
  });
});

it('counts those without', async () => {
  expect(await findingFor([{ task_id: 't0', deadline_at }])).toMatchObject({ level: 'ok', message: '1' });
});
