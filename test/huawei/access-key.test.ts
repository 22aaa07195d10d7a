import { expect, test } from 'vitest';
import { signRequest } from '../../functions/huawei/sign-request.ts';
import { createHuaweiTaskQuery } from '../../functions/huawei/task-query.ts';
import { answerJson, manualClock, type Respond, startServer } from './loopback-server.ts';

const KEY = { ak: 'AK1', sk: 'SK1', security_token: 'temporary' };
const task = (projectId: string) => ({ taskId: 't1', instanceId: 'i1', projectId, profile: 'main' });

async function startSigned(respond: Respond) {
  const server = await startServer(respond);
  const clock = manualClock();
  const main = { ...KEY, project_id: 'p1', apig_endpoint: server.origin };
  const query = createHuaweiTaskQuery({ profiles: async () => ({ profiles: { main } }), clock });
  return {
    ...server,
    clock,
    query,
    async [Symbol.asyncDispose]() {
      await query.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("each poll is signed for its own time, project and path, with the port in the host's name", async () => {
  await using it = await startSigned((_, response) => answerJson(response, 200, { task_status: 'waiting' }));
  for (const project of ['p1', 'p1', 'p2', 'p1']) {
    await it.query.poll(task(project));
    it.clock.advance(600);
  }
  const sent = it.received.map(({ headers }) => [headers['x-project-id'], headers['x-sdk-date']]);
  expect(sent).toStrictEqual([
    ['p1', '20261124T120000Z'],
    ['p1', '20261124T120000Z'],
    ['p2', '20261124T120001Z'],
    ['p1', '20261124T120001Z'],
  ]);
  for (const { headers, path } of it.received) {
    const signed = { 'x-project-id': String(headers['x-project-id']), accept: 'application/json' };
    const request = {
      method: 'GET',
      host: String(headers.host),
      path,
      headers: { ...signed, 'user-agent': 'apig-task-notifier' },
    };
    const key = { ak: KEY.ak, sk: KEY.sk, securityToken: KEY.security_token };
    expect(headers).toMatchObject(signRequest(request, key, String(headers['x-sdk-date'])));
  }
});

test('a refused signature is not tried again, because a few of them lock the key', async () => {
  const body = { error_code: 'APIGW.0301', error_msg: 'verify aksk signature fail' };
  await using it = await startSigned((_, response) => answerJson(response, 401, body));
  expect(await it.query.poll(task('p1'))).toMatchObject({ fault: { class: 'unauthenticated' } });
  expect(it.received).toHaveLength(1);
});
