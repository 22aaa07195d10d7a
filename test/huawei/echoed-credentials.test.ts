import { describe, expect, test } from 'vitest';
import type { Profile } from '../../functions/huawei/profiles.ts';
import { createHuaweiTaskQuery } from '../../functions/huawei/task-query.ts';
import { answerJson, manualClock, type Respond, startServer } from './loopback-server.ts';

const TASK = { taskId: 't1', instanceId: 'i1', projectId: 'p1', profile: 'main' };
const PASSWORD = 'pass"word/1';
const TOKEN = `MII${'x'.repeat(900)}`;
const SECRETS = [
  PASSWORD,
  JSON.stringify(PASSWORD).slice(1, -1),
  TOKEN.slice(0, 100),
  'AKEXAMPLE123',
  'st-secret-token',
];

/** Everything that was sent, as a debugging proxy would repeat it. */
const echo: Respond = ({ headers, body }, response) =>
  answerJson(response, 400, {
    error_code: 'APIG.2000',
    error_msg: `cannot handle ${headers['x-auth-token'] ?? ''} ${headers.authorization ?? ''} ${headers['x-security-token'] ?? ''} ${body}`,
  });

async function faultText(profile: Partial<Profile>, respond: Respond = echo): Promise<string> {
  await using server = await startServer(respond);
  const main = { project_id: 'p1', apig_endpoint: server.origin, iam_endpoint: server.origin, ...profile };
  const query = createHuaweiTaskQuery({ profiles: async () => ({ profiles: { main } }), clock: manualClock() });
  const observation = await query.poll(TASK);
  await query.close();
  expect(observation.kind).toBe('fault');
  return JSON.stringify(observation);
}

describe('an error text that repeats credentials', () => {
  test.each<[string, Partial<Profile>, Respond?]>([
    ['a fixed token', { auth_token: TOKEN }],
    ['an access key', { ak: 'AKEXAMPLE123', sk: 'sk-of-this-test', security_token: 'st-secret-token' }],
    ['a password', { domain_name: 'd', user_name: 'u', password: PASSWORD }],
    [
      'a token from IAM',
      { domain_name: 'd', user_name: 'u', password: PASSWORD },
      (received, response) =>
        received.path.startsWith('/v3/')
          ? answerJson(response, 201, { token: { expires_at: '2026-11-25T12:00:00Z' } }, { 'x-subject-token': TOKEN })
          : echo(received, response),
    ],
  ])('has none of them after %s', async (_name, profile, respond) => {
    const text = await faultText(profile, respond);
    expect(text).toContain('[redacted]');
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/Signature=[0-9a-f]{10}/);
  });
});
