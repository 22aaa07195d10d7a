import { describe, expect, it } from 'vitest';
import { checkWebhooks } from '../../doctor/check-channels.ts';
import type { Profile } from '../../functions/huawei/profiles.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const CALLBACK = 'https://ci.example.com/hooks/t0ken?key=s3cret';
const examine = (profile: Partial<Profile>, allowLoopbackCallbacks = false) =>
  checkWebhooks({ main: { project_id: 'p', ...profile } }, { allowLoopbackCallbacks });

describe('the webhooks of a profile', () => {
  it('are not spoken of where it asks for none', () => {
    expect(examine({})).toEqual([]);
  });

  it.each([
    [{ callback_url: CALLBACK, webhook_secrets: [SECRET] }, 'signs for https://ci.example.com with one secret'],
    [{ webhook_secrets: [SECRET, SECRET] }, 'signs for the callback_url of each registration with two secrets'],
  ])('are well, and of their URL only the origin is shown', (profile, message) => {
    expect(examine(profile)).toEqual([{ check: 'webhooks main', level: 'ok', message }]);
  });

  it('cannot be sent without a secret', () => {
    expect(examine({ callback_url: CALLBACK })).toEqual([
      {
        ...{ check: 'webhooks main', level: 'fail' },
        message: 'it has a callback_url and no webhook_secrets, so no event is sent',
        fix: expect.stringContaining('"webhook_secrets"'),
      },
    ]);
  });

  it('may go to this machine only where that is allowed', () => {
    const profile = { callback_url: 'http://127.0.0.1:9/hooks', webhook_secrets: [SECRET] };
    const message = 'its callback_url must be an https URL, so every event is refused';
    expect(examine(profile)).toMatchObject([{ level: 'fail', message }]);
    expect(examine(profile, true)).toMatchObject([{ level: 'ok' }]);
  });
});
