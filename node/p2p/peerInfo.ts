import type {AddressBook} from './addressBook.ts';
import type {Link} from './link.ts';
import type {Hello} from './messages.ts';
import type {P2pMetrics, PeerInfo} from './types.ts';

export interface AnnouncedPeer {
  readonly link: Link;
  readonly hello: Hello;
  readonly connectedAtMs: number;
}

export function peerInfo({link, hello, connectedAtMs}: AnnouncedPeer, persistent: boolean, nowMs: number): PeerInfo {
  return {
    id: link.peer,
    moniker: hello.moniker,
    version: hello.version,
    direction: link.outbound ? 'outbound' : 'inbound',
    remoteAddress: link.connection.remoteAddr.toString(),
    connectedAtMs,
    persistent,
    durationMs: Math.max(0, nowMs - connectedAtMs),
    channels: link.traffic(),
  };
}

export function reportPeers(metrics: P2pMetrics, peers: Iterable<AnnouncedPeer>): void {
  const links = [...peers].map(({link}) => link);
  const outbound = links.filter(link => link.outbound).length;
  metrics.peers.set(links.length);
  metrics.p2pPeersByDirection?.set({direction: 'outbound'}, outbound);
  metrics.p2pPeersByDirection?.set({direction: 'inbound'}, links.length - outbound);
}

export function reportBook(metrics: P2pMetrics, book: AddressBook): void {
  const tried = book.triedCount;
  metrics.p2pAddressBookSize?.set({bucket: 'new'}, book.size - tried);
  metrics.p2pAddressBookSize?.set({bucket: 'tried'}, tried);
}
