import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import openapi from '../../functions/http/openapi/openapi.json' with { type: 'json' };
import { createApi } from './support/api.ts';

describe('openapi.json', () => {
  it('describes exactly the routes that the API has', async () => {
    const { call } = createApi();
    for (const [template, item] of Object.entries(openapi.paths)) {
      const path = template.replace('{task_id}', 'x1');
      const { headers } = await call('OPTIONS', path, { key: null });
      const described = Object.keys(item).map((verb) => verb.toUpperCase());
      const allowed = headers.allow?.split(', ') ?? [];
      expect(allowed).toEqual(expect.arrayContaining(described));
    }
  });
});

describe('the status page', () => {
  it('is answered under a policy that allows its own script and style and nothing else', async () => {
    const { headers, body } = await createApi().call('GET', '/', { key: null });
    const policy = headers['content-security-policy'] ?? '';
    for (const tag of ['script', 'style']) {
      const texts = [...body.toString().matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(
        (match) => match[1] ?? '',
      );
      expect(texts).toHaveLength(1);
      for (const text of texts) expect(policy).toContain(createHash('sha256').update(text).digest('base64'));
    }
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it.each([
    ['gzip, deflate, br', true],
    ['gzip;q=0', false],
    ['identity', false],
  ])('is answered to %s', async (accepted, isZipped) => {
    const { call } = createApi();
    const plain = await call('GET', '/', { key: null });
    const { headers, body } = await call('GET', '/', { key: null, headers: { 'accept-encoding': accepted } });
    expect([headers['content-encoding'], headers.vary]).toEqual([isZipped ? 'gzip' : undefined, 'accept-encoding']);
    expect(isZipped ? gunzipSync(body) : body).toEqual(plain.body);
  });
});
