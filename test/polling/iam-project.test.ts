import { expect, it } from 'vitest';
import { createHuaweiTaskQuery } from '../../functions/huawei/task-query.ts';
import { answerJson, type Received, startServer } from '../huawei/loopback-server.ts';
import { pendingTask } from '../support/fixtures.ts';
import { startLife } from './poller-life.ts';

const REFUSAL = { error: { code: 401, message: 'The project is wrong.', title: 'Unauthorized' } };
const projectOf = ({ body }: Received): string => JSON.parse(body).auth.scope.project.id;

it('a 401 from IAM for one project rests that project, and not the login of the profile', async () => {
  const refuses = new Set(['typo']);
  await using server = await startServer((received, response) => {
    if (!received.path.startsWith('/v3/auth/tokens')) {
      answerJson(response, 200, { task_status: 'processing', task_type: 'import_api' });
      return;
    }
    const isRefused = refuses.has(projectOf(received));
    const token = { token: { expires_at: '2027-11-24T12:00:00.000000Z' } };
    if (isRefused) answerJson(response, 401, REFUSAL);
    else answerJson(response, 201, token, { 'X-Subject-Token': 'token' });
  });
  const login = { domain_name: 'domain', user_name: 'user', password: 'pass-1' };
  const main = { project_id: 'own', ...login, apig_endpoint: server.origin, iam_endpoint: server.origin };
  const wrong = pendingTask({ taskId: 'wrong', projectId: 'typo' });
  // The second project has no token yet when the first one is refused.
  const tasks = [wrong, pendingTask({ taskId: 'other', projectId: 'second' })];
  const life = startLife({
    tasks,
    answer: (task) => life.clock.during(query.poll(task)),
    profiles: () => ({ default: main }),
  });
  const query = createHuaweiTaskQuery({ profiles: async () => ({ profiles: { default: main } }), clock: life.clock });
  await life.runMinutes(0, 4);
  await query.close();
  const signIns = server.received.filter(({ path }) => path.startsWith('/v3/auth/tokens')).map(projectOf);
  expect(signIns.filter((project) => project === 'typo')).toHaveLength(1);
  expect(signIns).toContain('second');
  expect(life.polls.other?.length).toBeGreaterThan(10);
  expect(life.alerts.map(({ key }) => key)).toEqual(['profile:default/typo/gw1']);
});
