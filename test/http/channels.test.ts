import { describe, expect, it } from 'vitest';
import { createApi } from './support/api.ts';

describe('GET /channels', () => {
  it.each([
    [{ channels: ['ops', 'dev'] }, { channels: ['ops', 'dev'] }],
    [{ channels: [] }, { channels: [] }],
    [{}, {}],
  ])('of an API that knows %j', async (deps, answer) => {
    const reply = await createApi(deps).call('GET', '/channels');
    expect([reply.status, reply.json()]).toEqual([200, answer]);
  });

  it('refuses a query', async () => {
    expect((await createApi().call('GET', '/channels?all=1')).status).toBe(400);
  });
});
