import { describe, expect, it } from 'vitest';
import { hashApiKey, parseApiKeys } from '../../functions/http/access.ts';

const KEY = 'a-key-that-is-long-enough';

describe('the secret of API keys', () => {
  it('gives the hash of each key, of the generated one too, and takes hashes as they are', () => {
    const hash = `sha256:${hashApiKey('another-key-long-enough').toString('hex')}`;
    const hashes = parseApiKeys(
      JSON.stringify({ keys: [KEY], hashes: [hash], generated_key: 'generated-by-the-stack' }),
    );
    expect(hashes).toEqual([
      hashApiKey(KEY),
      hashApiKey('generated-by-the-stack'),
      hashApiKey('another-key-long-enough'),
    ]);
  });

  it('may have no key at all, and then nobody gets in', () => {
    expect(parseApiKeys('{}')).toEqual([]);
  });

  it.each([
    ['not json', 'not JSON'],
    [JSON.stringify({ keys: ['short'] }), 'keys.0 is shorter than 16 characters'],
    [JSON.stringify({ keys: ['short one of two words'] }), 'keys.0 has spaces or characters beyond ASCII'],
    [
      JSON.stringify({ generated_key: 'schlüssel-short-of-ascii' }),
      'generated_key has spaces or characters beyond ASCII',
    ],
    [JSON.stringify({ hashes: ['md5:00'] }), 'hashes.0 is not sha256'],
  ])('refuses %j by its field, without its value', (secret, complaint) => {
    expect(() => parseApiKeys(secret)).toThrow(complaint);
    expect(() => parseApiKeys(secret)).not.toThrow(/short(?!er)|md5/);
  });
});
