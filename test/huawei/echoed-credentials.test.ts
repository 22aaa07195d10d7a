import { describe, expect, test } from 'vitest';
import type { Profile } from '../../functions/huawei/profiles.ts';
import { createApiPublisher } from '../../functions/huawei/publish.ts';
import { createHuaweiStarts } from '../../functions/huawei/starts.ts';
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

type Speaker = (profiles: () => Promise<{ profiles: Record<string, Profile> }>) => Promise<unknown>;
const clock = manualClock();

/** What each part that speaks to Huawei makes of the answer. */
const SPEAKERS: Record<string, Speaker> = {
  async poll(profiles) {
    const query = createHuaweiTaskQuery({ profiles, clock });
    return query.poll(TASK).finally(() => query.close());
  },
  async start(profiles) {
    const starts = createHuaweiStarts({ profiles, clock });
    const order = { type: 'export_api', fields: { group_id: 'g', env_id: 'e' } } as const;
    const started = starts.start(order, TASK, { timeoutMs: 5_000 });
    const found = starts.findGroup(TASK, 'orders', 0);
    return Promise.all([started, found]).finally(() => starts.close());
  },
  async publish(profiles) {
    const publisher = createApiPublisher({ profiles, clock });
    return publisher.publish([{ id: 'a' }], 'e', TASK).finally(() => publisher.close());
  },
};

async function faultText(speak: Speaker, profile: Partial<Profile>, respond: Respond = echo): Promise<string> {
  await using server = await startServer(respond);
  const main = { project_id: 'p1', apig_endpoint: server.origin, iam_endpoint: server.origin, ...profile };
  return JSON.stringify(await speak(async () => ({ profiles: { main } })));
}

describe.each(Object.entries(SPEAKERS))('an error text that repeats credentials, after a %s,', (_speaker, speak) => {
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
  ])('has none of %s', async (_name, profile, respond) => {
    const text = await faultText(speak, profile, respond);
    expect(text).toContain('[redacted]');
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/Signature=[0-9a-f]{10}/);
  });
});
