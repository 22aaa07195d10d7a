import { promises as dns, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All addresses of a host name, as the system's resolver has them. Rejects where there are none. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** Where a URL leads when it meets the rules, or which rule it breaks. */
export type Target = { ok: true; url: URL; addresses: LookupAddress[] } | { ok: false; reason: string };

export type TargetRules = { resolve: Resolve; allowLoopback: boolean };

/** The system's resolver. */
export const resolveHost: Resolve = (hostname) => dns.lookup(hostname, { all: true });

/**
 * Resolves a webhook's host, and refuses the URL if any of its addresses is one that strangers must not reach through
 * us. Connect to `addresses` and to nothing else: a second look-up may answer differently. Rejects as `resolve` does.
 */
export async function resolveTarget(text: string, { resolve, allowLoopback }: TargetRules): Promise<Target> {
  const url = URL.parse(text);
  if (url === null) return { ok: false, reason: 'the callback URL is not a URL' };
  const isHttp = url.protocol === 'http:' && allowLoopback;
  if (url.protocol !== 'https:' && !isHttp) return { ok: false, reason: 'the callback URL is not https' };
  if (url.username !== '' || url.password !== '')
    return { ok: false, reason: 'the callback URL has credentials in it' };
  const addresses = await addressesOf(url, resolve);
  const kinds = addresses.map(({ address }) => classifyAddress(address));
  if (kinds.length === 0) return { ok: false, reason: 'the host has no address' };
  if (kinds.some((kind) => kind === 'internal' || (kind === 'loopback' && !allowLoopback)))
    return { ok: false, reason: 'the host leads to an address that is not public' };
  if (isHttp && kinds.includes('public')) return { ok: false, reason: 'the callback URL is not https' };
  return { ok: true, url, addresses };
}

async function addressesOf({ hostname }: URL, resolve: Resolve): Promise<LookupAddress[]> {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(literal);
  return family === 0 ? resolve(hostname) : [{ address: literal, family }];
}

/** What an IP address is to a server that posts to URLs which other people choose. */
export type AddressKind = 'public' | 'loopback' | 'internal';

/** Only this part of IPv6 is handed out for use on the Internet (RFC 4291, IANA). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** ISATAP writes an IPv4 address behind this, whatever network it is in (RFC 5214, 6.1). Without the bit that says "global". */
const ISATAP = [0x0000, 0x5efe];
const UNIVERSAL_BIT = 0x0200;

function isPublicIpv6(address: ipaddr.IPv6): boolean {
  const [high = 0, low] = address.parts.slice(4, 6);
  const isIsatap = (high & ~UNIVERSAL_BIT) === ISATAP[0] && low === ISATAP[1];
  return address.match(GLOBAL_UNICAST) && !isIsatap;
}

/**
 * Sorts a literal address. `internal` is everything that is not plainly public: private, link-local with the metadata services,
 * shared (carrier-grade NAT), multicast, reserved, and every form of IPv6 that carries an IPv4 address inside.
 */
export function classifyAddress(literal: string): AddressKind {
  if (!ipaddr.isValid(literal)) return 'internal';
  const address = ipaddr.parse(literal);
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  const isPublic = range === 'unicast' && (address instanceof ipaddr.IPv4 || isPublicIpv6(address));
  return isPublic ? 'public' : 'internal';
}
