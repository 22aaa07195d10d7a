import { describe, expect, it } from 'vitest';
import { classifyAddress } from '../../functions/channels/webhook/target.ts';
import type { TasksApiDeps } from '../../functions/http/deps.ts';
import { publicProfiles } from '../../functions/huawei/profile-parts.ts';
import { createApi, taskResult } from './support/api.ts';

const register = async (callbackUrl: string, deps: Partial<TasksApiDeps> = {}) => {
  const { call, pending } = createApi({ classifyAddress, ...deps });
  const reply = await call('POST', '/tasks', { body: { task_id: 't1', callback_url: callbackUrl } });
  expect(pending.rows.size).toBe(reply.status === 202 ? 1 : 0);
  return reply;
};

describe('a callback_url that no event could reach', () => {
  it.each([
    'https://10.1.2.3/hook',
    'https://192.168.0.9:8443/',
    'https://169.254.169.254/latest/meta-data',
    'https://0xa9fea9fe/',
    'https://[fd00:ec2::254]/',
    'https://[::ffff:10.0.0.1]/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
  ])('is refused for its address: %s', async (url) => {
    const reply = await register(url);
    expect(reply.status).toBe(400);
    const detail = 'cannot be used: its host is not a public address';
    expect(reply.json().errors).toEqual([{ pointer: '#/callback_url', detail }]);
  });

  it.each(['https://8.8.8.8/', 'https://[2606:4700::1111]/', 'https://10.example.com/'])('is not %s', async (url) => {
    expect((await register(url)).status).toBe(202);
  });

  it('is not one on this machine in local mode, and still one in its network', async () => {
    const deps = { allowLoopbackCallbacks: true };
    expect((await register('http://127.0.0.1:8080/', deps)).status).toBe(202);
    expect((await register('https://localhost/', deps)).status).toBe(202);
    expect((await register('https://10.0.0.1/', deps)).status).toBe(400);
  });

  it('is any where webhooks are off', async () => {
    const reply = await register('https://hooks.example.com/', { areWebhooksOff: true });
    expect(reply.json().detail).toBe('"callback_url" cannot be used: webhooks are off in this deployment.');
  });

  it.each([
    [undefined, 'the profile has no webhook_secrets to sign with'],
    [[], 'the profile has no webhook_secrets to sign with'],
    [['whsec_c2hvcnQ='], 'webhook_secrets[0] is not whsec_ and base64 of 24 bytes'],
    ['whsec_x', 'webhook_secrets of the profile is not a list of texts'],
  ])('is any with a profile that cannot sign: %j', async (secrets, reason) => {
    const profile = { project_id: 'p1', instance_id: 'gw1', sk: 'hidden', webhook_secrets: secrets };
    const defaults = publicProfiles(JSON.stringify({ profiles: { default: profile } }));
    const reply = await register('https://hooks.example.com/', { profiles: async () => defaults });
    expect(reply.json().errors).toEqual([{ pointer: '#/callback_url', detail: `cannot be used: ${reason}` }]);
    const { call } = createApi({ profiles: async () => defaults });
    expect((await call('POST', '/tasks', { body: { task_id: 't2' } })).status).toBe(202);
  });

  it('is not with a profile that can, of which the API keeps no secret', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const profile = { project_id: 'p1', instance_id: 'gw1', sk: 'hidden', webhook_secrets: [secret] };
    const defaults = publicProfiles(JSON.stringify({ profiles: { default: profile } }));
    expect(defaults).toEqual({ default: { project_id: 'p1', instance_id: 'gw1' } });
    expect((await register('https://hooks.example.com/', { profiles: async () => defaults })).status).toBe(202);
  });

  it('is left as it is when a task is watched again, unless the body names it', async () => {
    const callbackUrl = 'https://hooks.example.com/';
    const results = [taskResult({ taskId: 'x', outcome: 'expired', callbackUrl })];
    const { call, pending } = createApi({ areWebhooksOff: true }, { results });
    expect((await call('POST', '/tasks/x/watch', { body: { callback_url: callbackUrl } })).status).toBe(400);
    expect((await call('POST', '/tasks/x/watch')).status).toBe(202);
    expect(pending.rows.get('x')?.callbackUrl).toBe(callbackUrl);
  });
});
