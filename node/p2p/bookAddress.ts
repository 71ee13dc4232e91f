import {BlockList, isIPv4} from 'node:net';
import {PeerAddressError, parsePeerAddress, tcpMultiaddr} from './addresses.ts';
import {LISTEN_ADDRESS_MAX_LENGTH} from './limits.ts';

/** An address that may stand in the book: an IP address, a TCP port and a peer id, and nothing else. */
export interface BookAddress {
  readonly peerId: string;
  readonly ip: string;
  readonly port: number;
  /** The multiaddr, in its one canonical form. */
  readonly text: string;
}

/**
 * Throws PeerAddressError. No names: a peer must not choose what this node asks its name server, nor where a name leads tomorrow.
 */
export function parseBookAddress(address: string): BookAddress {
  if (address.length > LISTEN_ADDRESS_MAX_LENGTH) throw new PeerAddressError(address, 'too long');
  const {peerId, address: parsed} = parsePeerAddress(address);
  const [host, transport, id, ...rest] = parsed.getComponents();
  if ((host?.name !== 'ip4' && host?.name !== 'ip6') || transport?.name !== 'tcp' || id?.name !== 'p2p' || rest.length > 0) {
    throw new PeerAddressError(address, 'must be /ip4 or /ip6, /tcp and /p2p');
  }
  const ip = host.value as string;
  const port = Number(transport.value);
  if (port === 0) throw new PeerAddressError(address, 'port 0 cannot be dialled');
  return {peerId, ip, port, text: `${tcpMultiaddr(ip, port)}/p2p/${peerId}`};
}

export function isUnspecified(ip: string): boolean {
  return ip === '0.0.0.0' || ip === '::';
}

const UNROUTABLE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24],
  ['192.0.2.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3],
] as const) UNROUTABLE.addSubnet(net, prefix, 'ipv4');
UNROUTABLE.addSubnet('2001:db8::', 32, 'ipv6');
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6');

/** Whether the whole internet can reach it (RFC 6890). */
export function isRoutable(ip: string): boolean {
  return isIPv4(ip) ? !UNROUTABLE.check(ip, 'ipv4') : GLOBAL_UNICAST.check(ip, 'ipv6') && !UNROUTABLE.check(ip, 'ipv6');
}

/**
 * Addresses that one party is likely to own together: the /16 of IPv4, the /32 of IPv6, and all that is not routable
 * (CometBFT `p2p/pex/addrbook.go`, groupKey).
 */
export function addressGroup(ip: string): string {
  if (!isRoutable(ip)) return 'local';
  if (isIPv4(ip)) return ip.split('.').slice(0, 2).join('.');
  const [first = '0', second = ''] = ip.toLowerCase().split(':');
  return `${first.padStart(4, '0')}:${(second === '' ? '0' : second).padStart(4, '0')}`;
}
