import { createHash } from 'node:crypto';

/** The key that registers the tasks of this run. */
export const NAMED_KEY = { name: 'ci-e2e', key: 'a-named-key-of-the-e2e-run', scopes: ['register', 'read'] };

/** The keys secret: a named key beside the generated one, and an entry that is wrong. */
export function withNamedKey(secret: object): object {
  const hash = `sha256:${createHash('sha256').update(NAMED_KEY.key).digest('hex')}`;
  return { ...secret, hashes: ['no hash at all'], named: { [NAMED_KEY.name]: { hash, scopes: NAMED_KEY.scopes } } };
}
