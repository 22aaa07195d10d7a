import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '../../../functions/channels/webhook/channel.ts';
import { parseSigningKeys, parseSigningSecret, signingKeysOf } from '../../../functions/channels/webhook/settings.ts';
import { ConfigError } from '../../../functions/tasks/errors.ts';

/** Published with the Standard Webhooks specification. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  message: { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', atMs: 1_614_265_330_000 },
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

function keyOf(secret: string): Buffer {
  return parseSigningSecret(secret) ?? expect.fail('the secret was not taken');
}

const secrets = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);

describe('a webhook signature', () => {
  it('is that of the published vector', () => {
    expect(signWebhook(VECTOR.message, [keyOf(VECTOR.secret)])).toEqual({
      'webhook-id': VECTOR.message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': VECTOR.signature,
    });
  });

  it('is taken by the reference library for any body and secret, and only unchanged', () => {
    const bodies = fc.string({ unit: 'binary' }).map((value) => JSON.stringify({ value: value.toWellFormed() }));
    const ids = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}:(succeeded|failed)$/);
    fc.assert(
      fc.property(secrets, ids, bodies, (secret, id, body) => {
        const headers = signWebhook({ id, body, atMs: Date.now() }, [keyOf(secret)]);
        const receiver = new Webhook(secret);
        expect(receiver.verify(body, headers)).toEqual(JSON.parse(body));
        expect(() => receiver.verify(`${body} `, headers)).toThrow();
        expect(() => receiver.verify(body, { ...headers, 'webhook-id': `${id}x` })).toThrow();
      }),
    );
  });

  it('is made with each of two secrets, newest first, and either receiver takes it', () => {
    fc.assert(
      fc.property(secrets, secrets, (newest, oldest) => {
        const headers = signWebhook({ id: 't:failed', body: '{}', atMs: Date.now() }, [keyOf(newest), keyOf(oldest)]);
        const [first, second, ...others] = String(headers['webhook-signature']).split(' ');
        expect(others).toEqual([]);
        for (const [secret, own] of [
          [newest, first],
          [oldest, second],
        ] as const) {
          const receiver = new Webhook(secret);
          expect(receiver.verify('{}', headers)).toEqual({});
          expect(receiver.verify('{}', { ...headers, 'webhook-signature': String(own) })).toEqual({});
        }
      }),
    );
  });
});

describe('a signing secret', () => {
  it('has 24 bytes or more', () => {
    const ofBytes = (count: number) => parseSigningSecret(`whsec_${Buffer.alloc(count, 1).toString('base64')}`);
    expect(ofBytes(24)).toHaveLength(24);
    expect(ofBytes(64)).toHaveLength(64);
    expect(ofBytes(23)).toBeUndefined();
  });

  it.each([
    '',
    'whsec_',
    'whsec_not base64 but long enough for 24 bytes',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    `${VECTOR.secret}\n`,
    `whsec_${'_-'.repeat(20)}`,
  ])('is not %j', (secret) => {
    expect(parseSigningSecret(secret)).toBeUndefined();
  });
});

describe('the signing keys of the profiles', () => {
  const parse = (profiles: object) => parseSigningKeys(JSON.stringify({ profiles }));

  it('are read beside credentials of any shape', () => {
    const profiles = parse({ default: { ak: 7, webhook_secrets: [VECTOR.secret] }, plain: { project_id: 'p' } });
    expect(signingKeysOf(profiles, 'default')).toEqual({ kind: 'keys', keys: [keyOf(VECTOR.secret)] });
  });

  it.each(['plain', 'empty', 'absent', '__proto__'])('of profile %s, which has no secret, cannot sign', (name) => {
    const profiles = parse({ plain: {}, empty: { webhook_secrets: [] } });
    const reason = 'the profile has no webhook_secrets to sign with';
    expect(signingKeysOf(profiles, name)).toEqual({ kind: 'unusable', reason });
  });

  it('are unusable where one of two secrets is wrong, and the reason has its place and not its value', () => {
    const keys = signingKeysOf(parse({ default: { webhook_secrets: [VECTOR.secret, 'whsec_c2hvcnQ='] } }), 'default');
    expect(keys).toEqual({ kind: 'unusable', reason: 'webhook_secrets[1] is not whsec_ and base64 of 24 bytes' });
  });

  it.each(['', '[]', '{"profiles":{"default":{"webhook_secrets":"whsec_x"}}}'])('are not read from %j', (json) => {
    expect(() => parseSigningKeys(json)).toThrow(ConfigError);
  });
});
