import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAddress } from '../../../functions/channels/webhook/target.ts';

/** Written down a second time, from the IANA registries, so that the library is not its own oracle. */
const INTERNAL_IPV4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** In use on the Internet, but for a purpose of its own: refused as well, and not part of the comparison. */
const SPECIAL_IPV4: [string, number][] = [
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.175.48.0', 24],
];

function listOf(ranges: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, 'ipv4');
  return list;
}

const internal = listOf(INTERNAL_IPV4);
const special = listOf(SPECIAL_IPV4);
const toIpv4 = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
const anyIpv4 = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(toIpv4);
/** Half of them inside or beside a range that matters. */
const ipv4 = fc.oneof(
  anyIpv4,
  fc.constantFrom(...INTERNAL_IPV4).chain(([net, prefix]) => {
    const start = net.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
    const size = 2 ** (32 - prefix);
    return fc.integer({ min: Math.max(0, start - 3), max: Math.min(2 ** 32 - 1, start + size + 2) }).map(toIpv4);
  }),
);

function expectedKind(address: string) {
  if (address.startsWith('127.')) return 'loopback';
  return internal.check(address, 'ipv4') || special.check(address, 'ipv4') ? 'internal' : 'public';
}

describe('the address guard', () => {
  it('sorts any IPv4 address as the registries do', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        expect(classifyAddress(address)).toBe(expectedKind(address));
      }),
      { numRuns: 5_000 },
    );
  });

  it('lets no IPv4 address through inside an IPv6 one', () => {
    const wrappers = [
      (hex: string) => `::ffff:${hex}`,
      (hex: string) => `::${hex}`,
      (hex: string) => `::ffff:0:${hex}`,
      (hex: string) => `64:ff9b::${hex}`,
      (hex: string) => `64:ff9b:1::${hex}`,
      (hex: string) => `2002:${hex}::1`,
      (hex: string) => `2001:0:4136:e378:8000:63bf:${hex}`,
    ];
    fc.assert(
      fc.property(ipv4, fc.constantFrom(...wrappers), (address, wrap) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const wrapped = wrap(`${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
        // ::1 is ::0.0.0.1 too.
        fc.pre(address !== '0.0.0.1');
        expect(classifyAddress(wrapped)).toBe('internal');
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes IPv6 addresses for public only inside 2000::/3', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const groups = Array.from({ length: 8 }, (_, i) =>
          (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
        );
        const inside = ((bytes[0] ?? 0) & 0xe0) === 0x20;
        if (!inside) expect(classifyAddress(groups.join(':'))).not.toBe('public');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['93.184.215.14', 'public'],
    ['2606:4700::6810:84e5', 'public'],
    ['2a00:1450:4001:82f::200e', 'public'],
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'internal'],
    ['fd00:ec2::254', 'internal'],
    ['169.254.170.2', 'internal'],
    ['100.100.100.200', 'internal'],
    ['0.0.0.0', 'internal'],
    ['::', 'internal'],
    ['255.255.255.255', 'internal'],
    ['::ffff:127.0.0.1', 'internal'],
    ['::127.0.0.1', 'internal'],
    ['fe80::1%eth0', 'internal'],
    ['fec0::1', 'internal'],
    ['fc00::1', 'internal'],
    ['ff02::1', 'internal'],
    ['2001:db8::1', 'internal'],
    ['100::1', 'internal'],
    ['2606:4700::5efe:7f00:1', 'internal'],
    ['2606:4700::200:5efe:a9fe:a9fe', 'internal'],
    ['2606:4700::5eff:7f00:1', 'public'],
    ['5f00::1', 'internal'],
    ['', 'internal'],
    ['localhost', 'internal'],
  ])('takes %s for %s', (address, kind) => {
    expect(classifyAddress(address)).toBe(kind);
  });
});
