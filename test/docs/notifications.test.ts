import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OperatorAlert } from '../../functions/messages/operator-alerter.ts';
import { OUTCOMES } from '../../functions/names.ts';
import { createProfileHealth } from '../../functions/polling/profile-health.ts';
import { countMails, countPosts, oneDay } from '../../generate/day-of-messages.ts';
import { EVERYTHING, resourcesOf, synthesize } from '../lib/synthesize.ts';

const page = readFileSync(new URL('../../docs/notifications.md', import.meta.url), 'utf8');

it('docs/notifications.md shows an operator alert as it is sent', async () => {
  const raised: OperatorAlert[] = [];
  const alerts = { raise: async (alert: OperatorAlert) => raised.push(alert) > 0 };
  const health = createProfileHealth({ now: () => 0, sleep: async () => undefined }, alerts);
  const gateway = { instanceId: 'eddc4d25480b4cd6b512f270a1b8b341', projectId: '73d69ae0cfcf460190522d06b60f05ad' };
  const report = health.begin({ taskId: 'ac6ee5e0ba6f4e0f8e1a1d2c3b4a5968', profile: 'default', ...gateway });
  await report({
    class: 'unauthenticated',
    error: {
      ...{ code: 'APIG.1002', message: 'Incorrect token or token resolution failed' },
      ...{ requestId: '8c3f0d6a1b2e4f5a', httpStatus: 401 },
    },
  });
  expect(raised).toHaveLength(1);
  expect(page).toContain(`Subject: ${raised[0]?.subject}\n\n${raised[0]?.body}\n`);
});

it('docs/notifications.md shows the description of an alarm as it is deployed', () => {
  const alarms = resourcesOf(synthesize(EVERYTHING), 'AWS::CloudWatch::Alarm');
  const described = alarms.find(({ id }) => id.includes('PollerErrors'))?.Properties.AlarmDescription;
  expect(page.replaceAll(/\s+/g, ' ')).toContain(`- Description: ${String(described).replaceAll('’', "'")}`);
});

it('docs/notifications.md says what to do after each outcome', () => {
  const [, rest = ''] = page.split('\n## After an alert');
  const [table = ''] = rest.split('\n## ');
  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual([...OUTCOMES]);
});

describe('a day of 1,060 tasks', () => {
  const rounds = oneDay();

  it('brings an address that asks for nothing else all 39 mails, of which 31 report nothing but success', () => {
    expect(rounds.flat()).toHaveLength(1_060);
    expect(countMails(rounds, 'ops@example.com')).toEqual({ messages: 39, successesOnly: 31 });
  });

  it('brings an address that asks for failures the other eight', () => {
    const outcomes = OUTCOMES.filter((outcome) => outcome !== 'succeeded');
    expect(countMails(rounds, { address: 'ops@example.com', outcomes })).toEqual({ messages: 8, successesOnly: 0 });
  });

  it('brings a channel that asks for failures and the success after one 17 messages', () => {
    const rules = [
      { when: { outcome: OUTCOMES.filter((outcome) => outcome !== 'succeeded') }, channels: ['slack'] },
      { when: { first_success: true }, channels: ['slack'] },
    ];
    expect(countPosts(rounds, { rules, default: [] })).toEqual({ messages: 17, successesOnly: 5 });
  });
});
