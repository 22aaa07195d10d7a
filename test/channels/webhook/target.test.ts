import { describe, expect, it } from 'vitest';
import { resolveTarget } from '../../../functions/channels/webhook/target.ts';

const PUBLIC = { address: '93.184.215.14', family: 4 };
const PUBLIC6 = { address: '2606:4700::6810:84e5', family: 6 };
const PRIVATE = { address: '10.0.0.5', family: 4 };
const LOOPBACK = { address: '127.0.0.1', family: 4 };
const NOT_PUBLIC = { ok: false, reason: 'the host leads to an address that is not public' };
const NOT_HTTPS = { ok: false, reason: 'the callback URL is not https' };

function resolve(url: string, addresses = [PUBLIC], allowLoopback = false) {
  return resolveTarget(url, { resolve: async () => addresses, allowLoopback });
}

describe('where a webhook leads', () => {
  it('is every address of its host where all are public', async () => {
    const target = await resolve('https://hooks.example.com:8443/x?y=z', [PUBLIC, PUBLIC6]);
    expect(target).toEqual({ ok: true, url: expect.any(URL), addresses: [PUBLIC, PUBLIC6] });
  });

  it('is nowhere where only one of its addresses is not public', async () => {
    expect(await resolve('https://hooks.example.com', [PUBLIC, PRIVATE])).toEqual(NOT_PUBLIC);
    expect(await resolve('https://hooks.example.com', [LOOPBACK])).toEqual(NOT_PUBLIC);
    expect(await resolve('https://hooks.example.com', [])).toEqual({ ok: false, reason: 'the host has no address' });
  });

  it.each([
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00:ec2::254]/latest/meta-data',
    'https://[::ffff:10.0.0.1]/',
    'https://[::1]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://127.1/',
    'https://0/',
  ])('is nowhere for the literal %s, however it is written', async (url) => {
    expect(await resolve(url)).toEqual(NOT_PUBLIC);
  });

  it.each(['http://hooks.example.com/', 'ftp://hooks.example.com/', 'file:///etc/passwd', 'data:,x'])(
    'is nowhere for %s',
    async (url) => {
      expect(await resolve(url)).toEqual(NOT_HTTPS);
    },
  );

  it('is nowhere for a URL with credentials, and for none at all', async () => {
    const withUser = await resolve('https://user:pass@hooks.example.com/');
    expect(withUser).toEqual({ ok: false, reason: 'the callback URL has credentials in it' });
    expect(await resolve('hooks.example.com')).toEqual({ ok: false, reason: 'the callback URL is not a URL' });
  });

  it('is this machine, also over plain http, only where that is allowed', async () => {
    for (const url of ['http://localhost:8080/', 'https://localhost/', 'http://127.0.0.1/', 'http://[::1]:3000/'])
      expect(await resolve(url, [LOOPBACK], true)).toMatchObject({ ok: true });
    expect(await resolve('http://localhost:8080/', [LOOPBACK])).toEqual(NOT_HTTPS);
    expect(await resolve('http://hooks.example.com/', [PUBLIC], true)).toEqual(NOT_HTTPS);
    expect(await resolve('http://hooks.example.com/', [PUBLIC, LOOPBACK], true)).toEqual(NOT_HTTPS);
    expect(await resolve('http://10.0.0.1/', [], true)).toEqual(NOT_PUBLIC);
  });
});
