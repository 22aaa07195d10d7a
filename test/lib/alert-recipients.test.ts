import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../lib/settings.ts';
import { alertGroups } from '../../lib/topics.ts';
import { synthesize } from './synthesize.ts';

const FAILURES = ['failed', 'partially_succeeded', 'expired', 'not_found', 'rejected'];

describe('alertEmails', () => {
  it('may ask for outcomes, and get a filter policy on the attribute that lists those of a message', () => {
    const ops = { address: 'ops@example.com', outcomes: ['failed', 'expired'] };
    const template = synthesize({ alertEmails: ['all@example.com', ops] });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Endpoint: 'ops@example.com',
      FilterPolicy: { outcome: ['failed', 'expired'] },
    });
    for (const name of ['PollerFunction', 'TasksApiFunction']) {
      const [made] = Object.entries(template.findResources('AWS::Lambda::Function')).filter(([id]) =>
        id.startsWith(name),
      );
      expect(made?.[1].Properties.Environment.Variables.ALERT_GROUPS).toBe(
        'succeeded,partially_succeeded,not_found,rejected;failed,expired',
      );
    }
    // Operators hear everything that they must fix.
    const operators = Object.values(
      template.findResources('AWS::SNS::Subscription', { Properties: { Endpoint: 'ops@example.com' } }),
    );
    expect(operators.map(({ Properties }) => Properties.FilterPolicy)).toContain(undefined);
  });

  it('are one group where all want the same', () => {
    expect(alertGroups([])).toBeUndefined();
    expect(alertGroups(['a@example.com', 'b@example.com'])).toBeUndefined();
    expect(alertGroups([{ address: 'a@example.com', outcomes: FAILURES as never }])).toBe(
      'succeeded;partially_succeeded,failed,expired,not_found,rejected',
    );
  });

  it.each([
    [['x'], 'alertEmails.0: is not an e-mail address'],
    [[{ address: 'a@example.com', outcomes: ['success'] }], 'alertEmails.0: is neither'],
    [
      ['a@example.com', { address: 'A@example.com', outcomes: ['failed'] }],
      'alertEmails.1: is already in the list, as number 1',
    ],
  ])('refuse %j', (alertEmails, problem) => {
    expect(() => parseSettings({ alertEmails })).toThrow(problem);
  });
});
