import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSigningKeys, signingKeysOf } from '../../functions/channels/webhook/settings.ts';
import { parsePublicPart, publicProfiles, splitProfiles } from '../../functions/huawei/profile-parts.ts';
import { profileSchema } from '../../functions/huawei/profiles.ts';
import { ConfigError } from '../../functions/tasks/errors.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const split = (profiles: object) => splitProfiles(JSON.stringify({ profiles }));

const CREDENTIALS = ['ak', 'sk', 'security_token', 'domain_name', 'user_name', 'password', 'auth_token'] as const;

describe('the parts of the Huawei secret', () => {
  it('hold no credential, and only one of them what events are signed with', () => {
    const credentials = fc.record(Object.fromEntries(CREDENTIALS.map((name) => [name, fc.uuid()])));
    fc.assert(
      fc.property(credentials, fc.uuid(), (fields, signing) => {
        const profile = { ...fields, project_id: 'p1', instance_id: 'g1', webhook_secrets: [signing] };
        const parts = split({ default: profile });
        for (const value of Object.values(fields)) expect(JSON.stringify(parts)).not.toContain(value);
        expect(parts.public).not.toContain(signing);
        expect(parts.signing).toContain(signing);
      }),
    );
  });

  it('are asked of every field that a profile may have', () => {
    const known = ['region', 'project_id', 'instance_id', 'apig_endpoint', 'iam_endpoint', 'requests_per_second'];
    const further = ['callback_url', 'webhook_secrets', ...CREDENTIALS];
    expect(Object.keys(profileSchema.shape).toSorted()).toEqual([...known, ...further].toSorted());
  });

  it('are read again as what was split', () => {
    const profiles = {
      default: { project_id: 'p1', instance_id: 'g1', ak: 'a', sk: 's', webhook_secrets: [SECRET] },
      other: { project_id: 'p2' },
    };
    const parts = split(profiles);
    expect(parsePublicPart(parts.public)).toEqual({
      default: { project_id: 'p1', instance_id: 'g1' },
      other: { project_id: 'p2', cannot_sign: 'the profile has no webhook_secrets to sign with' },
    });
    expect(parsePublicPart(parts.public)).toEqual(publicProfiles(JSON.stringify({ profiles })));
    const keys = parseSigningKeys(parts.signing);
    expect(signingKeysOf(keys, 'default')).toMatchObject({ kind: 'keys' });
    expect(signingKeysOf(keys, 'other')).toMatchObject({ kind: 'unusable' });
  });

  it('leave out a profile that is wrong, and keep the others', () => {
    const parts = split({ wrong: { ak: 'a' }, none: null, good: { project_id: 'p1', instance_id: 7 } });
    expect(Object.keys(parsePublicPart(parts.public))).toEqual(['good']);
    expect(Object.keys(JSON.parse(parts.signing).profiles)).toEqual(['good']);
  });

  it.each(['', 'not json', '[]', '{"profiles":[]}', '{}'])('are empty for %j', (json) => {
    expect(splitProfiles(json)).toEqual({ public: '{"profiles":{}}', signing: '{"profiles":{}}' });
  });

  it('are refused where they are not ours', () => {
    expect(() => parsePublicPart('{"profiles":{"a":{}}}')).toThrow(ConfigError);
  });
});
