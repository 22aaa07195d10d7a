import { createHmac, hash } from 'node:crypto';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuery, encodeSegment, sdkDate, signRequest } from '../../functions/huawei/sign-request.ts';

const KEY = { ak: 'AccessKey', sk: 'SecretKey' };
const PROJECT = '/v1/77b6a44cba5143ab91d13ab9a8ff44fd';
const signatureOf = (headers: Record<string, string>) => /Signature=(\w+)$/.exec(headers.authorization ?? '')?.[1];

describe('the published vectors', () => {
  test.each([
    [
      '20191115T033655Z',
      {
        method: 'GET',
        host: 'service.region.example.com',
        path: `${PROJECT}/vpcs`,
        query: { marker: '13551d6b-755d-4757-b956-536f674975c0', limit: '2' },
      },
      'fd95e7da6f695cfb4cabbb9d6b0968aec155bc576b064835282473539ae9ea1d',
    ],
    [
      '20191115T033655Z',
      { method: 'POST', host: 'service.region.example.com', path: `${PROJECT}/vpc/123`, body: '{"key":"value"}' },
      'b5649aa774f6cac7437631662f08815fc65c70e40e486df6db2436ce68902771',
    ],
    [
      '20191115T033655Z',
      { method: 'GET', host: 'example.com', path: '/' },
      '919ad8b75d4ad49da0d377e63ee21c4a7a54b752f6bf2878b4adbe9c19927da6',
    ],
    [
      '20200608T023900Z',
      { method: 'GET', host: 'service.endpoint.myhuaweicloud.com', path: '/resources', query: { size: '1' } },
      'cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842',
    ],
  ])('at %s give the published signature', (date, request, signature) => {
    const headers = signRequest(request, KEY, date);
    expect(headers).toStrictEqual({
      'x-sdk-date': date,
      authorization: `SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
    });
  });

  test('give the published canonical query', () => {
    const query = { limit: '1', enable: 'true', test: '一 (&=?!#%.*)', multi: ['3', '1', '2'] };
    expect(canonicalQuery(query)).toBe(
      'enable=true&limit=1&multi=1&multi=2&multi=3&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29',
    );
  });
});

describe("Huawei's own signer", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
  const safe = fc.stringMatching(/^[A-Za-z0-9_.~-]{1,12}$/);
  const values = fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(safe, { minLength: 1, maxLength: 4 }));
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE'),
    host: fc
      .tuple(word, fc.integer({ min: 1, max: 65_535 }))
      .map(([name, port]) => `${name.toLowerCase()}.example.com:${port}`),
    path: fc.array(safe, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
    query: fc.dictionary(word, values, { maxKeys: 4, noNullPrototype: true }),
    headers: fc.dictionary(
      word.map((name) => `x-${name.toLowerCase()}`),
      safe,
      { maxKeys: 4, noNullPrototype: true },
    ),
    data: fc.option(
      fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer()), { minKeys: 1, noNullPrototype: true }),
    ),
  });
  const key = fc.record({
    ak: word,
    sk: fc.string({ minLength: 1, unit: 'grapheme' }),
    securityToken: fc.option(word),
  });
  const epochMs = fc.integer({ min: 0, max: Date.parse('2099-12-31') });

  test('signs every request as we do', () => {
    fc.assert(
      fc.property(request, key, epochMs, ({ data, query, ...rest }, { ak, sk, securityToken }, atMs) => {
        const date = sdkDate(atMs);
        const copied = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value].flat()]));
        const oracle = AKSKSigner.sign(
          {
            method: rest.method,
            endpoint: `https://${rest.host}${rest.path}`,
            queryParams: copied,
            headers: {
              ...rest.headers,
              'X-Sdk-Date': date,
              ...(securityToken === null ? {} : { 'x-security-token': securityToken }),
            },
            ...(data === null ? {} : { data }),
          } as never,
          { getAk: () => ak, getSk: () => sk } as never,
        ) as Record<string, string>;
        const body = data === null ? {} : { body: JSON.stringify(data) };
        const ours = signRequest(
          { ...rest, query, ...body },
          { ak, sk, securityToken: securityToken ?? undefined },
          date,
        );
        expect(ours.authorization).toBe(oracle.Authorization);
      }),
      { numRuns: 300 },
    );
  });
});

describe('signing', () => {
  const request = { method: 'GET', host: 'example.com', path: '/a' };

  test.each(['s', 'é😀', 'x'.repeat(64), 'x'.repeat(65), 'ü'.repeat(500)])(
    'makes the HMAC of Node, with key %s',
    (sk) => {
      const date = '20200608T023900Z';
      const canonical = `GET\n/a/\n\nhost:example.com\nx-sdk-date:${date}\n\nhost;x-sdk-date\n${hash('sha256', '')}`;
      const text = `SDK-HMAC-SHA256\n${date}\n${hash('sha256', canonical)}`;
      const signature = createHmac('sha256', sk).update(text).digest('hex');
      expect(signatureOf(signRequest(request, { ak: 'a', sk }, date))).toBe(signature);
    },
  );

  test('covers the temporary token, each given header, and trims values', () => {
    const headers = signRequest(
      { ...request, headers: { Accept: ' text/plain ', 'X-Project-Id': 'p' } },
      { ...KEY, securityToken: 'temporary' },
      '20200608T023900Z',
    );
    expect(headers['x-security-token']).toBe('temporary');
    expect(headers.authorization).toContain('SignedHeaders=accept;host;x-project-id;x-sdk-date;x-security-token,');
    const trimmed = signRequest(
      { ...request, headers: { accept: 'text/plain', 'x-project-id': 'p' } },
      { ...KEY, securityToken: 'temporary' },
      '20200608T023900Z',
    );
    expect(signatureOf(headers)).toBe(signatureOf(trimmed));
  });

  test('is the same with and without the final slash', () => {
    const [without, withSlash] = ['/a', '/a/'].map((path) =>
      signRequest({ ...request, path }, KEY, '20200608T023900Z'),
    );
    expect(without).toStrictEqual(withSlash);
  });

  test('dates are in UTC, to the second', () => {
    expect(sdkDate(Date.parse('2019-11-15T03:36:55.999Z'))).toBe('20191115T033655Z');
  });

  test('segments are encoded by RFC 3986', () => {
    expect(encodeSegment("a-b_c.d~e/f!'()*é")).toBe('a-b_c.d~e%2Ff%21%27%28%29%2A%C3%A9');
  });
});
