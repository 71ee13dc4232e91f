import {isIPv4, isIPv6} from 'node:net';
import {peerIdFromString} from '@libp2p/peer-id';
import {multiaddr} from '@multiformats/multiaddr';
import type {Multiaddr} from '@multiformats/multiaddr';
import {ADDRESSES_PER_PEER_MAX, MULTIADDR_MAX_LENGTH, PERSISTENT_PEERS_MAX} from './limits.ts';

export class PeerAddressError extends Error {
  constructor(address: string, reason: string) {
    super(`Peer address ${JSON.stringify(address.slice(0, MULTIADDR_MAX_LENGTH))}: ${reason}`);
    this.name = 'PeerAddressError';
  }
}

export interface PeerAddress {
  readonly peerId: string;
  readonly address: Multiaddr;
}

/** `/ip4/<host>/tcp/<port>`, `/ip6/…` or `/dns/…`, by the form of the host. */
export function tcpMultiaddr(host: string, port: number): string {
  if (isIPv4(host)) return `/ip4/${host}/tcp/${port}`;
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return isIPv6(bare) ? `/ip6/${bare}/tcp/${port}` : `/dns/${host}/tcp/${port}`;
}

export function peerMultiaddr(host: string, port: number, peerId: string): string {
  return `${tcpMultiaddr(host, port)}/p2p/${peerId}`;
}

/** Throws PeerAddressError unless it is a multiaddr that ends in `/p2p/<peer id>`. */
export function parsePeerAddress(text: string): PeerAddress {
  if (text.length > MULTIADDR_MAX_LENGTH) throw new PeerAddressError(text, 'too long');
  let address: Multiaddr;
  let id: string | undefined;
  try {
    address = multiaddr(text);
    const last = address.getComponents().at(-1);
    id = last?.name === 'p2p' ? last.value : undefined;
    if (id !== undefined) id = peerIdFromString(id).toString();
  } catch (error) {
    throw new PeerAddressError(text, error instanceof Error ? error.message : String(error));
  }
  if (id === undefined) throw new PeerAddressError(text, 'must end in /p2p/<peer id>');
  return {peerId: id, address};
}

/** Addresses by peer id, ours left out. Throws PeerAddressError, also when there are too many. */
export function groupByPeer(texts: readonly string[], ownPeerId: string): Map<string, Multiaddr[]> {
  const peers = new Map<string, Multiaddr[]>();
  for (const text of texts) {
    const {peerId, address} = parsePeerAddress(text);
    if (peerId === ownPeerId) continue;
    const addresses = peers.get(peerId) ?? [];
    if (addresses.some(known => known.equals(address))) continue;
    if (addresses.length === ADDRESSES_PER_PEER_MAX) throw new PeerAddressError(text, 'too many addresses of one peer');
    addresses.push(address);
    peers.set(peerId, addresses);
  }
  if (peers.size > PERSISTENT_PEERS_MAX) throw new PeerAddressError('', `more than ${PERSISTENT_PEERS_MAX} persistent peers`);
  return peers;
}

export function isPeerId(text: string): boolean {
  try {
    return text.length <= MULTIADDR_MAX_LENGTH && peerIdFromString(text).toString() === text;
  } catch {
    return false;
  }
}

/** Throws RangeError when there is something else among them, or more than `max`. */
export function peerIds(texts: readonly string[] | undefined, what: string, max = PERSISTENT_PEERS_MAX): Set<string> {
  if ((texts?.length ?? 0) > max) throw new RangeError(`more than ${max} ${what} peer ids`);
  for (const text of texts ?? []) if (!isPeerId(text)) throw new RangeError(`${JSON.stringify(text.slice(0, 100))} among the ${what} peer ids is no peer id`);
  return new Set(texts);
}
