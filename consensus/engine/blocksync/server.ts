/**
 * Serves blocks to peers that are behind: parts as they stand in the block store, in the order of the requests, fair between peers, as
 * fast as each peer takes them, and never so much at a time that consensus would have to wait.
 */
import {encodeBlockSyncMessage, type PartSetHeader} from '#proto';
import {Channel, type Clock, type PeerNetwork} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import {SERVE_INTERVAL_MS, SERVED_ANSWERS_PER_TURN, SERVED_BYTES_PER_TURN, SERVED_REQUESTS_PER_PEER_MAX} from './limits.ts';

export interface ServerModules {
  readonly clock: Clock;
  readonly network: Pick<PeerNetwork, 'send'>;
  readonly blockStore: BlockStore;
}

interface Served {
  readonly id: string;
  heights: bigint[];
  /** Of the first of `heights`, once its first part is on its way. */
  current: {readonly partSetHeader: PartSetHeader; nextIndex: number} | undefined;
  owesStatus: boolean;
  /** Its queue is full: `writable` tells when it is not. */
  isBlocked: boolean;
}

export class BlockServer {
  private readonly modules: ServerModules;
  private readonly peers = new Map<string, Served>();
  private cancelTurn: (() => void) | undefined;

  constructor(modules: ServerModules) {
    this.modules = modules;
  }

  addPeer(id: string): void {
    this.peers.set(id, {id, heights: [], current: undefined, owesStatus: true, isBlocked: false});
    this.arm(0);
  }

  removePeer(id: string): void {
    this.peers.delete(id);
  }

  statusRequest(id: string): void {
    const peer = this.peers.get(id);
    if (peer === undefined) return;
    peer.owesStatus = true;
    this.arm(SERVE_INTERVAL_MS);
  }

  /** false: more requests than a peer may have open. */
  blockRequest(id: string, height: bigint): boolean {
    const peer = this.peers.get(id);
    if (peer === undefined) return true;
    if (peer.heights.length >= SERVED_REQUESTS_PER_PEER_MAX) return false;
    peer.heights.push(height);
    this.arm(0);
    return true;
  }

  /** Also a retry: a peer whose queue was full without our hearing of its end. */
  writable(id: string): void {
    const peer = this.peers.get(id);
    if (peer?.isBlocked !== true) return;
    peer.isBlocked = false;
    this.arm(0);
  }

  stop(): void {
    this.cancelTurn?.();
    this.cancelTurn = undefined;
    this.peers.clear();
  }

  private arm(delayMs: number): void {
    this.cancelTurn ??= this.modules.clock.setTimer(delayMs, () => {
      this.turn();
      // Requests that come in from now on wait for the next turn: that is the rate limit.
      this.cancelTurn = this.modules.clock.setTimer(SERVE_INTERVAL_MS, () => {
        this.cancelTurn = undefined;
        if ([...this.peers.values()].some(hasWork)) this.arm(0);
      });
    });
  }

  private turn(): void {
    let bytes = 0;
    let answers = 0;
    let waiting = [...this.peers.values()].filter(hasWork);
    while (waiting.length > 0) {
      for (const peer of waiting) {
        const sent = this.serve(peer);
        if (sent === undefined) peer.isBlocked = true;
        else {
          bytes += sent;
          answers += 1;
        }
        if (bytes >= SERVED_BYTES_PER_TURN || answers >= SERVED_ANSWERS_PER_TURN) return this.toTheBack(peer);
      }
      waiting = waiting.filter(hasWork);
    }
  }

  /** The next turn begins with the peer after this one. */
  private toTheBack(peer: Served): void {
    const ids = [...this.peers.keys()];
    for (const id of ids.slice(0, ids.indexOf(peer.id) + 1)) {
      const served = this.peers.get(id)!;
      this.peers.delete(id);
      this.peers.set(id, served);
    }
  }

  /** One message. Returns its bytes; undefined when the peer takes no more. */
  private serve(peer: Served): number | undefined {
    const {blockStore} = this.modules;
    if (peer.owesStatus) {
      const bytes = encodeBlockSyncMessage({type: 'statusResponse', height: blockStore.height, base: blockStore.base});
      if (!this.send(peer, bytes)) return undefined;
      peer.owesStatus = false;
      return bytes.length;
    }
    const height = peer.heights[0]!;
    peer.current ??= this.begin(height);
    const part = peer.current === undefined ? undefined : blockStore.loadPartBytes(height, peer.current.nextIndex);
    if (peer.current === undefined || part === undefined) {
      const bytes = encodeBlockSyncMessage({type: 'noBlockResponse', height});
      if (!this.send(peer, bytes)) return undefined;
      this.done(peer);
      return bytes.length;
    }
    const {partSetHeader} = peer.current;
    const bytes = encodeBlockSyncMessage({type: 'blockResponse', height, partSetHeader, part});
    if (!this.send(peer, bytes)) return undefined;
    peer.current.nextIndex += 1;
    if (peer.current.nextIndex === partSetHeader.total) this.done(peer);
    return bytes.length;
  }

  private begin(height: bigint): Served['current'] {
    const {blockStore} = this.modules;
    const meta = height > blockStore.height ? undefined : blockStore.loadBlockMeta(height);
    return meta === undefined ? undefined : {partSetHeader: meta.blockId.partSetHeader, nextIndex: 0};
  }

  private done(peer: Served): void {
    peer.heights.shift();
    peer.current = undefined;
  }

  private send(peer: Served, bytes: Uint8Array): boolean {
    return this.modules.network.send(peer.id, Channel.BlockSync, bytes);
  }
}

function hasWork({owesStatus, heights, isBlocked}: Served): boolean {
  return !isBlocked && (owesStatus || heights.length > 0);
}
