/**
 * Which blocks are asked of which peer, and what came of it. Source: CometBFT blocksync/pool.go. Knows nothing of the network and of
 * verification: peers' words come in, requests and reports go out, and blocks are handed on in pairs, the second to prove the first.
 */
import {
  BLOCK_PARTS_MAX,
  DecodeError,
  decodeBlock,
  decodePart,
  headerHash,
  PartSet,
  partSetHeaderEquals,
  type Block,
  type PartSetHeader,
} from '#proto';
import {BLOCK_BYTES_MAX, PART_BYTES} from '../limits.ts';
import {DECODED_TX_BYTES, POOL_BYTES_MAX, POOL_HEIGHTS_MAX, STRIKES_MAX, SYNC_PEERS_MAX} from './limits.ts';
import {SyncPeer, type Asked} from './peer.ts';
import {Suspects} from './suspects.ts';
import type {BlockPair, BlockResponse, PoolModules, ReceivedBlock, Slot} from './types.ts';

export type {BlockPair, BlockResponse, PoolModules, ReceivedBlock} from './types.ts';

export class BlockPool {
  private readonly modules: PoolModules;
  private readonly peers = new Map<string, SyncPeer>();
  /** Dropped for a fault; not taken in again while they stay connected. */
  private readonly dropped = new Set<string>();
  private readonly slots = new Map<bigint, Slot>();
  /** Too large to be held before their turn. */
  private readonly deferred = new Set<bigint>();
  private readonly suspects = new Suspects();
  /** The pair that is to come from one peer. */
  private pairAt: bigint | undefined;
  private pairPeer: string | undefined;
  private next = 0n;
  /** Below it, every height has a slot. */
  private frontier = 0n;
  private isFetching = false;
  private heldBytes = 0;
  private blockBytesEstimate = PART_BYTES;
  private probing: {readonly peer: string; readonly height: bigint} | undefined;

  constructor(modules: PoolModules) {
    this.modules = modules;
  }

  // ---- peers

  addPeer(id: string): void {
    if (this.peers.size < SYNC_PEERS_MAX && !this.dropped.has(id)) this.peers.set(id, new SyncPeer(id));
  }

  removePeer(id: string): void {
    this.dropped.delete(id);
    this.forgetPeer(id);
  }

  status(id: string, base: bigint, height: bigint): void {
    const peer = this.peers.get(id);
    if (peer === undefined) return;
    if (height < peer.height) return this.fault(id, `lowers its height from ${peer.height} to ${height}`);
    if (base < peer.base) return this.fault(id, `lowers its base from ${peer.base} to ${base}`);
    peer.base = base;
    peer.height = height;
    this.fill();
  }

  /** Highest heights that the peers claim, descending. */
  get claims(): bigint[] {
    return [...this.peers.values()].map(({height}) => height).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  }

  /** No peer that may be asked claims the two blocks without which the next one cannot be verified. */
  get isCaughtUp(): boolean {
    if (this.pair() !== undefined) return false;
    for (const peer of this.peers.values()) if (!peer.isResting && peer.has(this.next + 1n)) return false;
    return true;
  }

  // ---- fetching

  /** Asks for blocks from this height on. */
  fetch(next: bigint): void {
    this.pause();
    this.next = next;
    this.frontier = next;
    this.isFetching = true;
    this.fill();
  }

  /** Asks for no more, and lets go of what is here. */
  pause(): void {
    this.isFetching = false;
    for (const height of [...this.slots.keys()]) this.free(height);
    for (const peer of this.peers.values()) peer.forgetAll();
    this.probing = undefined;
    this.deferred.clear();
    this.suspects.clear();
    this.pairAt = undefined;
    this.pairPeer = undefined;
  }

  /** Asks a peer that claims all blocks from `next` to this height, and only one at a time, for the last of them. Tells whether it did. */
  probe(next: bigint, height: bigint): boolean {
    if (this.probing !== undefined || this.isFetching) return false;
    for (let peer = this.choose(height, next); peer !== undefined; peer = this.choose(height, next)) {
      if (!this.request(peer, height, 'probe')) continue;
      this.probing = {peer: peer.id, height};
      return true;
    }
    return false;
  }

  /** The next block, or one `ahead`, and the one whose LastCommit proves it. */
  pair(ahead = 0n): BlockPair | undefined {
    const first = this.slots.get(this.next + ahead)?.block;
    const second = this.slots.get(this.next + ahead + 1n)?.block;
    return first === undefined || second === undefined ? undefined : {first, second};
  }

  /** The first block of the pair is verified. */
  advance({height, blockId}: ReceivedBlock): void {
    this.free(height);
    this.deferred.delete(height);
    if (this.pairAt === height) this.pairAt = this.pairPeer = undefined;
    this.next = height + 1n;
    if (this.frontier < this.next) this.frontier = this.next;
    for (const peer of this.suspects.settle(height, blockId)) this.fault(peer, `gave a wrong block ${height}`);
    this.fill();
  }

  /** The pair does not hold. */
  redo(first: ReceivedBlock, second: ReceivedBlock, problem: string): void {
    this.free(first.height);
    this.free(second.height);
    this.pairAt = first.height;
    this.pairPeer = undefined;
    if (first.peer === second.peer) return this.fault(first.peer, `gave blocks ${first.height} and ${second.height} of which the second does not prove the first: ${problem}`);
    this.suspects.add(first, second);
    this.fill();
  }

  /** No block has come for long: those who were asked for the next ones rest, so that others are asked when it goes on. */
  stalled(): void {
    for (const height of [this.next, this.next + 1n]) {
      const slot = this.slots.get(height);
      const peer = slot?.block === undefined ? this.peers.get(slot?.peer ?? '') : undefined;
      if (peer?.isResting === false) this.rest(peer);
    }
  }

  /** Finds silent and slow peers, and asks others for what they owe. */
  tick(): void {
    for (const peer of [...this.peers.values()]) if (peer.tick(this.next + 2n)) this.strike(peer);
    this.fill();
  }

  // ---- answers

  noBlock(id: string, height: bigint): void {
    const peer = this.peers.get(id);
    if (peer === undefined || peer.isLate(height)) return;
    if (!peer.asked.has(height)) return this.fault(id, `has no block ${height}, and was not asked for it`);
    this.lost(peer, [...peer.answered(height), {height}]);
    // It has dropped it since it told us; should it claim it again, it lies.
    if (peer.base <= height) peer.base = height + 1n;
    this.fill();
  }

  blockResponse(id: string, message: BlockResponse): void {
    const peer = this.peers.get(id);
    if (peer === undefined) return;
    const {height, partSetHeader} = message;
    const asked = peer.asked.get(height);
    if (asked === undefined) {
      if (!peer.isLate(height)) this.fault(id, `sent block ${height}, for which it was not asked, or which it had sent`);
      return;
    }
    if (asked.partSet === undefined && !this.begin(peer, asked, partSetHeader)) return;
    const {partSet} = asked;
    if (partSet === undefined || !partSetHeaderEquals(partSet.header, partSetHeader)) {
      if (!asked.isRepeat) this.fault(id, `sent parts of two blocks ${height}`);
      return;
    }
    switch (addPart(partSet, message.part)) {
      case 'invalid':
        return this.fault(id, `sent a part that is not of its block ${height}`);
      case 'duplicate':
        if (!asked.isRepeat) this.fault(id, `sent a part of block ${height} twice`);
        return;
      case 'added':
        peer.gave(message.part.length);
        if (partSet.isComplete()) this.complete(peer, asked, partSet);
    }
  }

  /** false: the block is not wanted. */
  private begin(peer: SyncPeer, asked: Asked, header: PartSetHeader): boolean {
    const {height} = asked;
    const bytes = header.total * PART_BYTES;
    const isAllowed = header.total <= Math.ceil(this.modules.blockBytesMax() / PART_BYTES) + 1;
    // The parameters may grow until it is this block's turn, but not beyond what any block may have.
    if (header.total > BLOCK_PARTS_MAX || (!isAllowed && height <= this.next)) {
      this.fault(peer.id, `sent a block ${height} of ${header.total} parts`);
      return false;
    }
    const slot = this.slots.get(height);
    if (asked.purpose === 'fetch' && slot !== undefined) {
      const others = this.heldBytes - slot.bytes;
      if (height > this.next + 1n && (!isAllowed || others + bytes > POOL_BYTES_MAX)) {
        peer.forget(height);
        this.free(height);
        this.deferred.add(height);
        return false;
      }
      this.heldBytes = others + bytes;
      slot.bytes = bytes;
    } else if (!isAllowed) {
      this.lost(peer, [asked]);
      peer.forget(height);
      return false;
    }
    asked.partSet = new PartSet(header);
    return true;
  }

  private complete(peer: SyncPeer, {height, purpose}: Asked, partSet: PartSet): void {
    let block: Block;
    try {
      block = decodeBlock(partSet.assemble(), BLOCK_BYTES_MAX);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.fault(peer.id, `sent a block ${height} that cannot be read: ${error.message}`);
    }
    if (block.header.height !== height) return this.fault(peer.id, `sent block ${block.header.height} for block ${height}`);
    this.lost(peer, peer.answered(height));
    peer.delivered();
    const blockId = {hash: headerHash(block.header), partSetHeader: partSet.header};
    const received = {height, peer: peer.id, block, blockId, partSet, size: partSet.byteSize};
    if (purpose === 'probe') {
      this.probing = undefined;
      this.modules.probed(received);
      return;
    }
    const slot = this.slots.get(height);
    if (slot === undefined) return;
    const bytes = partSet.byteSize + block.txs.length * DECODED_TX_BYTES;
    const others = this.heldBytes - slot.bytes;
    if (height > this.next + 1n && others + bytes > POOL_BYTES_MAX) {
      this.free(height);
      this.deferred.add(height);
      return this.fill();
    }
    this.heldBytes = others + bytes;
    slot.bytes = bytes;
    slot.block = received;
    this.blockBytesEstimate = partSet.total * PART_BYTES;
    this.fill();
    if (height <= this.next + 1n && this.pair() !== undefined) this.modules.ready();
  }

  // ---- requests

  private fill(): void {
    if (!this.isFetching) return;
    while (this.slots.has(this.frontier)) this.frontier += 1n;
    for (let height = this.frontier; height < this.next + BigInt(POOL_HEIGHTS_MAX); height++) {
      if (this.slots.has(height)) continue;
      const isUrgent = height <= this.next + 1n;
      if (!isUrgent && this.deferred.has(height)) continue;
      if (!isUrgent && this.heldBytes + this.blockBytesEstimate > POOL_BYTES_MAX) return;
      const peer = height === this.pairAt || height - 1n === this.pairAt ? this.choosePairPeer() : this.choose(height);
      if (peer === undefined) {
        if (!isUrgent) return;
        continue;
      }
      if (!this.request(peer, height, 'fetch')) {
        height = this.frontier - 1n;
        continue;
      }
      this.slots.set(height, {peer: peer.id, bytes: this.blockBytesEstimate, block: undefined});
      this.heldBytes += this.blockBytesEstimate;
    }
  }

  /** false: its queue is full. Whoever reads nothing must not keep us from asking others. */
  private request(peer: SyncPeer, height: bigint, purpose: Asked['purpose']): boolean {
    if (this.modules.send(peer.id, {type: 'blockRequest', height})) {
      peer.ask(height, purpose);
      return true;
    }
    peer.refused();
    if (this.pairPeer === peer.id) this.freePair();
    return false;
  }

  /** Of those that have it and have room, who was asked for the least; rather not who left it out before. */
  private choose(height: bigint, from = height): SyncPeer | undefined {
    let best: SyncPeer | undefined;
    for (const peer of this.peers.values()) {
      if (!peer.hasRoom || !peer.has(height) || !peer.has(from) || peer.asked.has(height)) continue;
      const isBetter = best === undefined || rank(peer, height) < rank(best, height);
      if (isBetter) best = peer;
    }
    return best;
  }

  private choosePairPeer(): SyncPeer | undefined {
    const height = this.pairAt!;
    const current = this.pairPeer === undefined ? undefined : this.peers.get(this.pairPeer);
    if (current?.isAvailable === true) return current;
    const candidates = [...this.peers.values()].filter((peer) => peer.has(height) && peer.has(height + 1n) && peer.isAvailable);
    const chosen = candidates.find(({id}) => !this.suspects.has(id)) ?? candidates[0];
    this.pairPeer = chosen?.id;
    return chosen;
  }

  private rest(peer: SyncPeer): void {
    this.lost(peer, [...peer.asked.values()]);
    peer.forgetAll();
    peer.strike();
    if (this.pairPeer === peer.id) this.freePair();
  }

  private strike(peer: SyncPeer): void {
    this.rest(peer);
    if (peer.strikes >= STRIKES_MAX) this.fault(peer.id, 'does not deliver blocks that it says it has');
  }

  /** Both halves have to come from one peer. */
  private freePair(): void {
    if (this.pairAt === undefined) return;
    this.pairPeer = undefined;
    for (const height of [this.pairAt, this.pairAt + 1n]) this.release(height);
  }

  private release(height: bigint): void {
    const slot = this.slots.get(height);
    if (slot === undefined) return;
    this.peers.get(slot.peer)?.forget(height);
    this.free(height);
  }

  private lost(peer: SyncPeer, requests: readonly {readonly height: bigint}[]): void {
    for (const {height} of requests) {
      if (this.probing?.height === height && this.probing.peer === peer.id) this.probing = undefined;
      const slot = this.slots.get(height);
      if (slot?.peer === peer.id && slot.block === undefined) this.free(height);
    }
  }

  private free(height: bigint): void {
    const slot = this.slots.get(height);
    if (slot === undefined) return;
    this.heldBytes -= slot.bytes;
    this.slots.delete(height);
    if (height < this.frontier) this.frontier = height;
  }

  /** Drops the peer with all that it gave (CometBFT RemovePeerAndRedoAllPeerRequests), and reports it. */
  fault(id: string, reason: string): void {
    if (!this.peers.has(id)) return;
    this.forgetPeer(id);
    this.dropped.add(id);
    this.modules.report(id, reason);
    this.fill();
  }

  private forgetPeer(id: string): void {
    if (!this.peers.delete(id)) return;
    for (const [height, slot] of [...this.slots]) if (slot.peer === id) this.free(height);
    if (this.probing?.peer === id) this.probing = undefined;
    if (this.pairPeer === id) this.freePair();
    this.suspects.remove(id);
    this.fill();
  }
}

function rank(peer: SyncPeer, height: bigint): number {
  return peer.asked.size + (peer.isLate(height) ? POOL_HEIGHTS_MAX : 0);
}

function addPart(partSet: PartSet, bytes: Uint8Array): 'added' | 'duplicate' | 'invalid' {
  try {
    return partSet.addPart(decodePart(bytes));
  } catch (error) {
    if (error instanceof DecodeError) return 'invalid';
    throw error;
  }
}
