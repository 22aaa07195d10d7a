import { describe, expect, it } from 'vitest';
import { createApiPublisher, type PublishedApi } from '../../functions/huawei/publish.ts';
import { pendingTask } from '../support/fixtures.ts';
import { answerJson, manualClock, type Respond, startServer } from './loopback-server.ts';

const TASK = pendingTask();
const apisOf = (count: number): PublishedApi[] =>
  Array.from({ length: count }, (_, n) => ({ id: `a${n}`, method: 'GET', path: `/${n}` }));

async function publish(apis: PublishedApi[], respond: Respond) {
  await using server = await startServer(respond);
  const profile = { project_id: 'p1', auth_token: 'token', apig_endpoint: server.origin };
  const profiles = { [TASK.profile]: profile };
  const publisher = createApiPublisher({ profiles: async () => ({ profiles }), clock: manualClock() });
  const end = await publisher.publish(apis, 'env1', TASK);
  await publisher.close();
  return { end, received: server.received };
}

const allSucceed: Respond = ({ body }, response) =>
  answerJson(response, 200, { success: JSON.parse(body).apis.map((api_id: string) => ({ api_id })), failure: [] });

describe('publishing', () => {
  it('asks for at most 1,000 APIs in one call', async () => {
    const { end, received } = await publish(apisOf(1_001), allSucceed);
    expect(end).toEqual({ kind: 'done', published: 1_001, failures: [] });
    const bodies = received.map(({ body }) => JSON.parse(body) as { env_id: string; apis: string[] });
    expect(bodies.map(({ env_id, apis }) => [env_id, apis.length])).toEqual([
      ['env1', 1_000],
      ['env1', 1],
    ]);
    expect(bodies[1]?.apis).toEqual(['a1000']);
    expect(received[0]?.path).toBe(
      `/v2/${TASK.projectId}/apigw/instances/${TASK.instanceId}/apis/publish?action=online`,
    );
  });

  it('names each API that could not be published by its method and path', async () => {
    const { end } = await publish(apisOf(2), (_, response) =>
      answerJson(response, 200, {
        success: [{ api_id: 'a0' }],
        failure: [{ api_id: 'a1', error_code: 'APIG.3003', error_msg: 'no environment' }],
      }),
    );
    expect(end).toEqual({
      kind: 'done',
      published: 1,
      failures: [{ id: 'a1', method: 'GET', path: '/1', error_code: 'APIG.3003', error_msg: 'no environment' }],
    });
  });

  it('fails for every API where the call is refused for good', async () => {
    const refusal = { error_code: 'APIG.1005', error_msg: 'no permission' };
    const { end } = await publish(apisOf(2), (_, response) => answerJson(response, 403, refusal));
    expect(end).toMatchObject({
      kind: 'done',
      published: 0,
      failures: [
        { id: 'a0', ...refusal },
        { id: 'a1', ...refusal },
      ],
    });
  });

  it.each<[string, Respond]>([
    ['a 503', (_, response) => answerJson(response, 503, { error_code: 'APIGW.0201' })],
    ['a 429', (_, response) => answerJson(response, 429, { error_code: 'APIGW.0308' })],
    ['an answer without lists', (_, response) => answerJson(response, 200, {})],
    ['a broken connection', (_, response) => response.destroy()],
  ])('leaves it for later after %s', async (_, respond) => {
    expect((await publish(apisOf(1), respond)).end).toMatchObject({ kind: 'later', error: expect.anything() });
  });
});
