import { describe, expect, it } from 'vitest';
import { findKey, hashApiKey, parseApiKeys, SCOPES } from '../../functions/http/api-keys.ts';

const KEY = 'a-key-that-is-long-enough';
const hashOf = (key: string) => `sha256:${hashApiKey(key).toString('hex')}`;
const keysOf = (secret: unknown) => parseApiKeys(JSON.stringify(secret));

describe('the secret of API keys', () => {
  it('gives each key without a name every scope, whether it is plain, generated or a hash', () => {
    const { keys, problems } = keysOf({
      keys: [KEY],
      hashes: [hashOf('another-key-long-enough')],
      generated_key: 'generated-by-the-stack',
    });
    for (const key of [KEY, 'another-key-long-enough', 'generated-by-the-stack']) {
      expect(findKey(key, keys)).toEqual({ hash: hashApiKey(key), scopes: SCOPES });
    }
    expect(problems).toEqual([]);
  });

  it('gives a named key its name and its scopes alone, whether it is plain or a hash', () => {
    const { keys, problems } = keysOf({
      named: {
        'ci-orders': { hash: hashOf(KEY), scopes: ['read', 'register'] },
        page: { key: 'plain-key-of-the-page', scopes: ['read'] },
      },
    });
    expect(findKey(KEY, keys)).toMatchObject({ name: 'ci-orders', scopes: ['read', 'register'] });
    expect(findKey('plain-key-of-the-page', keys)).toMatchObject({ name: 'page', scopes: ['read'] });
    expect(problems).toEqual([]);
  });

  it('holds a named key to its scopes though it is also among those without a name', () => {
    const { keys } = keysOf({ keys: [KEY], hashes: [hashOf(KEY)], named: { page: { key: KEY, scopes: ['read'] } } });
    expect(findKey(KEY, keys)).toMatchObject({ name: 'page', scopes: ['read'] });
    expect(keys).toHaveLength(1);
  });

  it('may have no key at all, and then nobody gets in', () => {
    expect(keysOf({})).toEqual({ keys: [], problems: [] });
  });

  it.each(['not json', '[]', 'null', '"a-key-that-is-long-enough"'])('is refused as a whole when it is %s', (text) => {
    expect(() => parseApiKeys(text)).toThrow('not a JSON object');
  });

  const named = (entry: unknown, name = 'ci') => ({ named: { [name]: entry } });
  const hash = hashOf('s3cr3t-long-enough');
  it.each([
    [{ keys: ['s3cr3t'] }, 'keys.0 is shorter than 16 characters'],
    [{ keys: ['s3cr3t one of two words'] }, 'keys.0 has spaces or characters beyond ASCII, which no client can send'],
    [{ keys: [7] }, 'keys.0 is not a string'],
    [{ keys: 's3cr3t-long-enough' }, 'keys is not a list'],
    [
      { generated_key: 's3cr3t-schlüssel-lang' },
      'generated_key has spaces or characters beyond ASCII, which no client can send',
    ],
    [{ generated_key: null }, 'generated_key is not a string'],
    [{ hashes: ['md5:s3cr3t'] }, 'hashes.0 is not sha256:<64 hex digits>'],
    [{ named: ['s3cr3t-long-enough'] }, 'named is not an object'],
    [named('s3cr3t-long-enough'), 'named.ci is not an object'],
    [named({ hash, scopes: ['write'] }), 'named.ci.scopes.0 is not one of read, register, start, manage'],
    [named({ hash, scopes: [] }), 'named.ci.scopes is empty'],
    [named({ hash, scopes: 'read' }), 'named.ci.scopes must be a list of scopes'],
    [named({ hash }), 'named.ci.scopes must be a list of scopes'],
    [named({ scopes: ['read'] }), 'named.ci must have either key or hash'],
    [named({ key: 's3cr3t-long-enough', hash, scopes: ['read'] }), 'named.ci must have either key or hash'],
    [named({ hash, scopes: ['read'], s3cr3t: 1 }), 'named.ci has a field other than key, hash and scopes'],
    [
      named({ hash, scopes: ['read'] }, 's3cr3t of two words'),
      'the name of entry 1 of named must be 1 to 64 characters of A-Z, a-z, 0-9, ".", "-" and "_"',
    ],
  ])('leaves out the wrong entry of %j, names its field and no value, and keeps the rest', (wrong, problem) => {
    const secret: Record<string, unknown> = { hashes: [hashOf(KEY)], ...wrong };
    if ('hashes' in wrong) secret.keys = [KEY];
    const { keys, problems } = keysOf(secret);
    expect(problems).toEqual([problem]);
    expect(problems.join()).not.toContain('s3cr3t');
    expect(keys).toEqual([{ hash: hashApiKey(KEY), scopes: SCOPES }]);
  });

  it('names a key that has two names, and holds it to the first', () => {
    const { keys, problems } = keysOf({
      named: { a: { key: KEY, scopes: ['read'] }, b: { hash: hashOf(KEY), scopes: ['manage'] } },
    });
    expect(problems).toEqual(['named.b repeats the key of another']);
    expect(findKey(KEY, keys)).toMatchObject({ name: 'a', scopes: ['read'] });
  });
});
