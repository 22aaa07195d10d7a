import { describe, expect, it } from 'vitest';
import { isSignatureValid, parseAuthorization } from '../../simulator/access-keys.ts';

const P = '/v1/77b6a44cba5143ab91d13ab9a8ff44fd';
const service = 'service.region.example.com';
const vectors = [
  {
    signature: 'fd95e7da6f695cfb4cabbb9d6b0968aec155bc576b064835282473539ae9ea1d',
    date: '20191115T033655Z',
    method: 'GET',
    host: service,
    target: `${P}/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0`,
  },
  {
    signature: 'b5649aa774f6cac7437631662f08815fc65c70e40e486df6db2436ce68902771',
    date: '20191115T033655Z',
    method: 'POST',
    host: service,
    target: `${P}/vpc/123`,
    body: '{"key":"value"}',
  },
  {
    signature: '919ad8b75d4ad49da0d377e63ee21c4a7a54b752f6bf2878b4adbe9c19927da6',
    date: '20191115T033655Z',
    method: 'GET',
    host: 'example.com',
    target: '/',
  },
  {
    signature: 'cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842',
    date: '20200608T023900Z',
    method: 'GET',
    host: 'service.endpoint.myhuaweicloud.com',
    target: '/resources?size=1',
  },
];

function authorizationOf(signature: string) {
  const header = `SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, Signature=${signature}`;
  const parsed = parseAuthorization(header);
  if (!parsed) throw new Error('not parsed');
  return parsed;
}

function requestOf({ method, host, date, target, body = '' }: Omit<(typeof vectors)[number], 'signature'>) {
  return { method, target, headers: { host, 'x-sdk-date': date }, body: Buffer.from(body) };
}

describe('SDK-HMAC-SHA256', () => {
  it.each(vectors)('accepts the published signature of $method $target', ({ signature, ...request }) => {
    expect(isSignatureValid(requestOf(request), authorizationOf(signature), 'SecretKey')).toBe(true);
  });

  it.each(vectors)('refuses $method $target signed with another key', ({ signature, ...request }) => {
    expect(isSignatureValid(requestOf(request), authorizationOf(signature), 'OtherKey')).toBe(false);
  });

  it('refuses a changed body, method, query, path or host', () => {
    const [get, post] = vectors;
    if (!get || !post) throw new Error('no vectors');
    const isValid = (vector: (typeof vectors)[number]) =>
      isSignatureValid(requestOf(vector), authorizationOf(vector.signature), 'SecretKey');
    expect(isValid({ ...post, body: '{"key":"other"}' })).toBe(false);
    expect(isValid({ ...post, method: 'PUT' })).toBe(false);
    expect(isValid({ ...get, target: `${get.target}0` })).toBe(false);
    expect(isValid({ ...get, target: get.target.replace('vpcs', 'vpc') })).toBe(false);
    expect(isValid({ ...get, host: 'other.example.com' })).toBe(false);
  });

  it('sorts the query and reads encoded and plain characters alike', () => {
    const [get] = vectors;
    if (!get) throw new Error('no vectors');
    const target = `${P}/vpcs?marker=13551d6b%2D755d-4757-b956-536f674975c0&limit=2`;
    expect(isSignatureValid(requestOf({ ...get, target }), authorizationOf(get.signature), 'SecretKey')).toBe(true);
  });

  it.each(['', 'Bearer x', 'SDK-HMAC-SHA256 Access=A, SignedHeaders=host, Signature=12', 'sdk-hmac-sha256 Access=A'])(
    'does not take %j for an authorization',
    (header) => {
      expect(parseAuthorization(header)).toBeUndefined();
    },
  );
});
