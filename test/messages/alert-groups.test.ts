import { describe, expect, it } from 'vitest';
import { composeMails, readAlertGroups } from '../../functions/channels/sns.ts';
import { burst } from '../../generate/sample-results.ts';

describe('a digest that mixes outcomes which different people asked for', () => {
  const groups = readAlertGroups('succeeded,partially_succeeded;failed,expired,not_found,rejected');

  it('is split, so that each part holds only what its readers asked for', () => {
    const mails = composeMails({}, groups)(burst);
    expect(mails.map(({ message }) => message.attributes.outcome)).toEqual([
      ['succeeded', 'partially_succeeded'],
      ['failed', 'expired'],
    ]);
    expect(mails[1]?.message.body).not.toContain('succeeded');
    expect(mails.flatMap(({ taskIds }) => taskIds).toSorted()).toEqual(burst.map(({ taskId }) => taskId).toSorted());
  });

  it('stays one where everybody asked for the same', () => {
    expect(composeMails({})(burst)).toHaveLength(1);
    expect(composeMails({}, readAlertGroups(undefined))(burst)).toHaveLength(1);
  });

  it('has a part for outcomes that the setting does not name', () => {
    expect(readAlertGroups('succeeded')).toEqual([
      ['succeeded'],
      ['partially_succeeded', 'failed', 'expired', 'not_found', 'rejected'],
    ]);
  });
});
