/** The block-sync channel: serves peers at any time, keeps their statuses, and fetches blocks while it is told to. Source: CometBFT blocksync/reactor.go. */
import {
  decodeBlockSyncMessage,
  encodeBlockSyncMessage,
  timestampToNanos,
  validateBlockSyncMessageBasic,
  type BlockSyncMessage,
  type GenesisDoc,
} from '#proto';
import {Channel, type Clock, type Logger, type PeerEvents, type PeerNetwork} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import {HEIGHT_CLAIM_SLACK, STATUS_TICKS, TICK_MS} from './limits.ts';
import {BlockPool, type ReceivedBlock} from './pool.ts';
import {BlockServer} from './server.ts';

export interface BlockSyncModules {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly network: PeerNetwork;
  readonly blockStore: BlockStore;
  readonly genesis: Pick<GenesisDoc, 'genesisTime' | 'initialHeight'>;
  readonly blockBytesMax: () => number;
  /** A block of `pool.probe` came in. */
  readonly probed: (received: ReceivedBlock) => void;
  /** The pool has something new: a pair, a status, or a tick has passed. */
  readonly changed: (cause: 'pair' | 'status' | 'tick') => void;
}

const STATUS_REQUEST = encodeBlockSyncMessage({type: 'statusRequest'});
const NANOS_PER_MILLISECOND = 1_000_000n;

export class BlockSyncReactor implements PeerEvents {
  readonly pool: BlockPool;
  private readonly modules: BlockSyncModules;
  private readonly server: BlockServer;
  private readonly peers = new Set<string>();
  private unsubscribe: (() => void)[] = [];
  private cancelTick: (() => void) | undefined;
  private ticks = 0;

  constructor(modules: BlockSyncModules) {
    this.modules = modules;
    const {network, logger} = modules;
    this.server = new BlockServer(modules);
    this.pool = new BlockPool({
      send: (peer, message) => network.send(peer, Channel.BlockSync, encodeBlockSyncMessage(message)),
      report: (peer, reason) => {
        logger.warn({peer, reason}, 'a peer lies about blocks');
        network.reportMisbehaviour(peer, reason);
      },
      ready: () => modules.changed('pair'),
      probed: modules.probed,
      blockBytesMax: modules.blockBytesMax,
    });
  }

  start(): void {
    const {network} = this.modules;
    this.unsubscribe = [
      network.subscribe(this),
      network.onWritable((peer, channel) => {
        if (channel === Channel.BlockSync) this.server.writable(peer);
      }),
    ];
    for (const peer of network.peers()) this.peerAdded(peer);
    this.scheduleTick();
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    this.cancelTick?.();
    this.server.stop();
    this.pool.pause();
  }

  /** The height that all but a third of the peers do not exceed by their word: so many would have to lie to raise it. 0 without peers. */
  get plausibleHeight(): bigint {
    const {claims} = this.pool;
    return claims[Math.floor((claims.length - 1) / 3)] ?? 0n;
  }

  peerAdded(peer: string): void {
    if (this.peers.has(peer)) return;
    this.peers.add(peer);
    this.pool.addPeer(peer);
    // It tells the peer our status, too.
    this.server.addPeer(peer);
    this.modules.network.send(peer, Channel.BlockSync, STATUS_REQUEST);
  }

  peerRemoved(peer: string): void {
    this.peers.delete(peer);
    this.pool.removePeer(peer);
    this.server.removePeer(peer);
  }

  message(peer: string, channel: Channel, bytes: Uint8Array): void {
    if (channel !== Channel.BlockSync || !this.peers.has(peer)) return;
    let message: BlockSyncMessage;
    try {
      message = decodeBlockSyncMessage(bytes);
    } catch {
      return this.misbehaved(peer, 'a malformed block-sync message');
    }
    const problem = validateBlockSyncMessageBasic(message);
    if (problem !== undefined) return this.misbehaved(peer, `${message.type}: ${problem}`);
    this.take(peer, message);
  }

  private take(peer: string, message: BlockSyncMessage): void {
    switch (message.type) {
      case 'statusRequest':
        return this.server.statusRequest(peer);
      case 'blockRequest':
        if (!this.server.blockRequest(peer, message.height)) this.misbehaved(peer, 'more block requests at a time than are allowed');
        return;
      case 'statusResponse':
        if (message.height > this.heightMax()) return this.misbehaved(peer, `claims height ${message.height}, which no chain of this age has`);
        this.pool.status(peer, message.base, message.height);
        return this.modules.changed('status');
      case 'noBlockResponse':
        return this.pool.noBlock(peer, message.height);
      case 'blockResponse':
        return this.pool.blockResponse(peer, message);
    }
  }

  private misbehaved(peer: string, reason: string): void {
    this.pool.fault(peer, reason);
  }

  private heightMax(): bigint {
    const {clock, genesis} = this.modules;
    const age = (timestampToNanos(clock.now()) - timestampToNanos(genesis.genesisTime)) / NANOS_PER_MILLISECOND;
    return genesis.initialHeight + (age > 0n ? age : 0n) + HEIGHT_CLAIM_SLACK;
  }

  private scheduleTick(): void {
    this.cancelTick = this.modules.clock.setTimer(TICK_MS, () => {
      this.tick();
      this.scheduleTick();
    });
  }

  private tick(): void {
    this.ticks += 1;
    if (this.ticks % STATUS_TICKS === 0) {
      for (const peer of this.peers) {
        this.modules.network.send(peer, Channel.BlockSync, STATUS_REQUEST);
        // In case the word that its queue has room again was lost.
        this.server.writable(peer);
      }
    }
    this.pool.tick();
    this.modules.changed('tick');
  }
}
