import { describe, expect, it } from 'vitest';
import { routeEvent } from '../../functions/channels/routes.ts';
import { parseRouting } from '../../functions/channels/routing.ts';
import { ConfigError } from '../../functions/tasks/errors.ts';
import { EXPORTED, FAILED, makeEvent } from '../../generate/sample-events.ts';

const channels = {
  ops: 'https://hooks.slack.com/services/T0/B0/x',
  team: { type: 'teams', url: 'https://flow.example.com/x' },
  pager: { type: 'pagerduty', routing_key: 'a'.repeat(32) },
};
const routing = (...rules: unknown[]) => parseRouting({ channels, rules, default: ['ops'] });
const namesOf = (...routed: Parameters<typeof routeEvent>) => routeEvent(...routed).map(({ channel }) => channel);

describe('a rule', () => {
  it('may ask for a type of task', () => {
    const rules = routing({ when: { task_type: 'export_api' }, channels: ['team'] });
    expect(namesOf(makeEvent(EXPORTED), rules)).toEqual(['team']);
    expect(namesOf(makeEvent(), rules)).toEqual(['ops']);
  });

  it('may ask for the first success of a label after a failure, and only for that', () => {
    const rules = routing({ when: { first_success: true }, channels: ['team'] });
    expect(routeEvent(makeEvent({ isFirstSuccess: true }), rules)).toEqual([
      { channel: 'team', because: 'rule 1 (first success after a failure)' },
    ]);
    expect(namesOf(makeEvent(), rules)).toEqual(['ops']);
    expect(namesOf(makeEvent(FAILED), rules)).toEqual(['ops']);
  });
});

describe('a channel of incidents', () => {
  const rules = routing({ when: { outcome: ['failed', 'rejected'], label: 'billing-*' }, channels: ['pager', 'team'] });
  const billing = { label: 'billing-prod' };

  it('gets the failure that a rule sends it', () => {
    expect(namesOf(makeEvent(FAILED), rules)).toEqual(['pager', 'team']);
  });

  it('gets the first success of that label too, although no rule says so', () => {
    const routes = routeEvent(makeEvent({ ...billing, isFirstSuccess: true }), rules);
    expect(routes).toEqual([
      { channel: 'ops', because: 'the default: no rule matches' },
      { channel: 'pager', because: 'it resolves what rule 1 (outcome failed or rejected, label billing-*) opens' },
    ]);
  });

  it('gets no other success, not even of a rule that names it', () => {
    expect(namesOf(makeEvent(billing), rules)).toEqual(['ops']);
    expect(namesOf(makeEvent({ label: 'orders', isFirstSuccess: true }), rules)).toEqual(['ops']);
    expect(namesOf(makeEvent(billing), routing({ when: {}, channels: ['pager'] }))).toEqual([]);
  });

  it('gets what a replay names', () => {
    expect(namesOf(makeEvent(billing), rules, 'pager')).toEqual(['pager']);
  });
});

describe('what is misspelt is named with what was meant', () => {
  const ok = { channels: ['ops'] };
  it.each([
    [
      { rules: [{ when: { outcomes: ['failed'] }, ...ok }] },
      'rules[0].when: has no field "outcomes"; did you mean "outcome"?',
    ],
    [
      { rules: [{ when: { outcome: ['success'] }, ...ok }] },
      'rules[0].when.outcome[0]: "success" is unknown; did you mean "succeeded"?',
    ],
    [
      { rules: [{ when: { outcome: ['failure'] }, ...ok }] },
      'rules[0].when.outcome[0]: "failure" is unknown; did you mean "failed"?',
    ],
    [
      { rules: [{ when: { task_type: 'import' }, ...ok }] },
      'rules[0].when.task_type: is not a type; did you mean "import_api"?',
    ],
    [
      { rules: [{ when: { frist_success: true }, ...ok }] },
      'rules[0].when: has no field "frist_success"; did you mean "first_success"?',
    ],
    [
      { rules: [{ when: {}, chanels: [], channels: [] }] },
      'rules[0]: has no field "chanels"; did you mean "channels"?',
    ],
    [
      { rules: [{ when: {}, channels: ['opps'] }] },
      'rules[0].channels: there is no channel "opps"; did you mean "ops"?',
    ],
    [{ rule: [] }, 'the secret: has no field "rule"; did you mean "rules"?'],
    [{ default: ['team1'] }, 'default: there is no channel "team1"; did you mean "team"?'],
    [
      { rules: [{ when: { first_success: true, outcome: ['failed'] }, ...ok }] },
      'rules[0].when: never matches, because a first_success has the outcome succeeded',
    ],
  ])('%j', (wrong, problem) => {
    expect(problemsOf({ channels, default: ['ops'], ...wrong })).toContain(problem);
  });

  it.each([
    [{ type: 'team', url: 'https://x.example' }, 'channels.x.type: is unknown; did you mean "teams"?'],
    [{ type: 'pagerduty', routing_key: 'short-secret' }, 'channels.x.routing_key: must be 32 letters and digits'],
    [
      { type: 'teams', url: 'http://x.example/secret' },
      'channels.x.url: must be an https URL (http only to a loopback address)',
    ],
    [{ type: 'teams', urls: 'https://x.example/secret' }, 'channels.x: has no field "urls"; did you mean "url"?'],
    [7, 'channels.x: must be the URL of a Slack webhook, or an object whose type is slack, teams or pagerduty'],
  ])('in a channel: %j', (entry, problem) => {
    const problems = problemsOf({ channels: { x: entry }, default: [] });
    expect(problems).toContain(problem);
    expect(JSON.stringify(problems)).not.toContain('secret"');
  });
});

function problemsOf(secret: unknown): readonly string[] {
  try {
    parseRouting(secret);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
