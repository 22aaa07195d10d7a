import ipaddr from 'ipaddr.js';

/** What an IP address is to a server that posts to URLs of other people's choice. */
export type AddressKind = 'public' | 'loopback' | 'internal';

/** Only this part of IPv6 is handed out for use on the Internet (RFC 4291, IANA). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Sorts a literal address. `internal` is all that is not plainly public: private, link-local with the metadata services,
 * shared (carrier-grade NAT), multicast, reserved, and every form of IPv6 that carries an IPv4 address inside.
 */
export function classifyAddress(literal: string): AddressKind {
  if (!ipaddr.isValid(literal)) return 'internal';
  const address = ipaddr.parse(literal);
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  const isPublic = range === 'unicast' && (address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST));
  return isPublic ? 'public' : 'internal';
}
