import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob, routeEvent } from '../../functions/channels/routes.ts';
import { parseRouting, parseRoutingSecret } from '../../functions/channels/routing.ts';
import { ConfigError } from '../../functions/tasks/errors.ts';
import { makeEvent } from '../../generate/sample-events.ts';

const URLS = {
  ops: 'https://hooks.slack.com/services/T0/B0/secretA',
  payments: 'https://hooks.slack.com/services/T0/B0/secretB',
};
const routing = (rules: unknown[], fallback: string[] = ['ops']) =>
  parseRouting({ channels: URLS, rules, default: fallback });
const problemsOf = (secret: unknown): readonly string[] => {
  try {
    parseRouting(secret);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('the Slack secret', () => {
  it('may be one webhook URL', () => {
    const { channels, rules, default: names } = parseRouting({ webhook_url: URLS.ops });
    expect({ channels, rules, names }).toEqual({ channels: { default: URLS.ops }, rules: [], names: ['default'] });
  });

  it('may leave out rules', () => {
    expect(parseRouting({ channels: URLS, default: [] }).rules).toEqual([]);
  });

  it('may leave out the default where it is plain which channel that is', () => {
    const { ops, payments } = URLS;
    expect(parseRouting({ channels: { ops } }).default).toEqual(['ops']);
    expect(parseRouting({ channels: { ops, default: payments } }).default).toEqual(['default']);
    expect(problemsOf({ channels: URLS })).toEqual([
      'default: must name the channels for events that match no rule ([] for none)',
    ]);
  });

  it('is of no use before it has a channel', () => {
    expect(problemsOf({ channels: {} })).toEqual(['channels: none is set yet']);
  });

  it('takes plain http only to a loopback address', () => {
    for (const url of ['http://127.0.0.1:8080/x', 'http://localhost:1/', 'http://[::1]:9/x'])
      expect(problemsOf({ webhook_url: url })).toEqual([]);
    for (const url of [
      'http://example.com/x',
      'http://127.0.0.1.example.com/',
      'ftp://127.0.0.1/',
      'hooks.slack.com/x',
    ])
      expect(problemsOf({ webhook_url: url })).toEqual([
        'webhook_url: must be an https URL (http only to a loopback address)',
      ]);
  });

  it.each([
    ['a channel that is not there', { channels: URLS, default: ['nobody'] }, 'default: there is no channel "nobody"'],
    [
      'a rule to nowhere',
      { channels: URLS, default: [], rules: [{ when: {}, channels: ['ops', 'qa'] }] },
      'rules[0].channels: there is no channel "qa"',
    ],
    [
      'a mention that is free text',
      { channels: URLS, default: [], rules: [{ when: {}, channels: [], mention: '@here' }] },
      'rules[0].mention: must be <!here>, <!channel>, <@U…> or <!subteam^S…>',
    ],
    [
      'a mention that is never sent',
      { channels: URLS, default: [], rules: [{ when: { outcome: ['succeeded'] }, channels: [], mention: '<!here>' }] },
      'rules[0].mention: is never sent, because the rule matches only successes',
    ],
    [
      'a condition that is not known',
      { channels: URLS, default: [], rules: [{ when: { lable: 'x' }, channels: [] }] },
      'rules[0].when: has unknown fields',
    ],
    [
      'a channel with the name that callback_url webhooks have',
      { channels: { webhook: URLS.ops }, default: [] },
      'channels.webhook: is reserved for callback_url webhooks',
    ],
    ['both forms at once', { webhook_url: URLS.ops, channels: URLS }, 'the secret: has unknown fields'],
  ])('is refused for %s', (_, secret, problem) => {
    expect(problemsOf(secret)).toEqual([problem]);
  });

  it('names every problem at once', () => {
    const problems = problemsOf({ channels: { ops: 7 }, rules: [{ when: { outcome: [] }, channels: 'ops' }] });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'channels.ops',
      'rules[0].when.outcome',
      'rules[0].channels',
    ]);
  });

  it.each([
    ['as a value', { channels: { ops: 'http://hooks.slack.com/services/secretA' }, default: ['ops'] }],
    ['as a name', { channels: { 'https://hooks.slack.com/services/secretA': 'ops' }, default: [] }],
    [
      'as a name with a good value',
      { channels: { 'https://hooks.slack.com/services/secretA': URLS.ops }, default: [] },
    ],
    ['in a list', { channels: URLS, default: ['https://hooks.slack.com/services/secretA'] }],
    [
      'in a rule',
      { channels: URLS, default: [], rules: [{ when: {}, channels: ['https://hooks.slack.com/secretA'] }] },
    ],
    ['as an unknown field', { channels: URLS, default: [], 'https://hooks.slack.com/secretA': 1 }],
    ['as the whole secret', 'https://hooks.slack.com/services/secretA'],
  ])('never shows a URL in an error: %s', (_, secret) => {
    const problems = problemsOf(secret);
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).not.toMatch(/secretA|hooks\.slack\.com/);
  });

  it('is read from its text, and not quoted when that is no JSON', () => {
    expect(parseRoutingSecret(JSON.stringify({ webhook_url: URLS.ops })).default).toEqual(['default']);
    expect(() => parseRoutingSecret(URLS.ops)).toThrow(new ConfigError(['the secret: is not JSON']));
  });
});

describe('routing', () => {
  const event = makeEvent({ outcome: 'failed', label: 'payments-prod', profile: 'eu' });

  it('uses the default where no rule matches', () => {
    const rules = [{ when: { profile: 'asia' }, channels: ['payments'] }];
    expect(routeEvent(event, routing(rules))).toEqual([{ channel: 'ops', because: 'the default: no rule matches' }]);
  });

  it('adds the channels of every rule that fits, each once, with the first mention', () => {
    const rules = [
      { when: { label: 'payments-*' }, channels: ['payments', 'ops'] },
      { when: { outcome: ['failed', 'rejected'] }, channels: ['ops'], mention: '<!here>' },
      { when: {}, channels: ['ops'], mention: '<@U012AB3CD>' },
    ];
    expect(routeEvent(event, routing(rules))).toEqual([
      { channel: 'payments', because: 'rule 1 (label payments-*)' },
      { channel: 'ops', because: 'rule 1 (label payments-*)', mention: '<!here>' },
    ]);
  });

  it('stops where a rule says so', () => {
    const rules = [
      { when: { instance_id: event.data.instance_id, profile: 'eu' }, channels: ['payments'], stop: true },
      { when: {}, channels: ['ops'] },
    ];
    expect(routeEvent(event, routing(rules)).map(({ channel }) => channel)).toEqual(['payments']);
  });

  it('sends nothing where a rule names no channel', () => {
    expect(routeEvent(event, routing([{ when: { label: 'payments-*' }, channels: [], stop: true }]))).toEqual([]);
  });

  it('asks every condition of a rule', () => {
    const rules = [{ when: { label: 'payments-*', outcome: ['succeeded'] }, channels: ['payments'] }];
    expect(routeEvent(event, routing(rules)).map(({ channel }) => channel)).toEqual(['ops']);
  });

  it('never fits a label pattern to an event without a label', () => {
    const { label: _, ...data } = event.data;
    expect(routeEvent({ ...event, data }, routing([{ when: { label: '*' }, channels: ['payments'] }]))).toHaveLength(1);
  });

  it('goes to the one channel that a replay names, with the mention that the rules give it', () => {
    const rules = [{ when: {}, channels: ['ops', 'payments'], mention: '<!here>' }];
    expect(routeEvent(event, routing(rules), 'payments')).toEqual([
      { channel: 'payments', because: 'it was requested by name', mention: '<!here>' },
    ]);
    expect(routeEvent(event, routing([]), 'payments')).toEqual([
      { channel: 'payments', because: 'it was requested by name' },
    ]);
  });
});

describe('a label pattern', () => {
  it.each([
    ['*', ''],
    ['*', 'abc'],
    ['a*c', 'abbc'],
    ['a?c', 'abc'],
    ['*-prod', 'x-prod-prod'],
    ['a.c', 'a.c'],
    ['**a**', 'bab'],
  ])('%s fits %s', (pattern, text) => expect(matchesGlob(pattern, text)).toBe(true));

  it.each([
    ['a', 'A'],
    ['a?', 'a'],
    ['a.c', 'abc'],
    ['*-prod', 'prod'],
    ['', 'a'],
    ['a*b', 'a'],
    ['[ab]', 'a'],
  ])('%s does not fit %s', (pattern, text) => expect(matchesGlob(pattern, text)).toBe(false));

  it('fits as the same pattern of a regular expression does', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (glob, text) => {
        const expected = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
        expect(matchesGlob(glob, text)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes no long time for a hostile pair', () => {
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});
