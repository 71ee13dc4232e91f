/** The channels of state sync: serves peers, and hands what they answer to a syncer or a backfill. Source: CometBFT `statesync/reactor.go`. */
import {decodeStateSyncMessage, validateStateSyncMessageBasic, type StateSyncMessage} from '#proto';
import {Channel, type PeerEvents, type PeerNetwork} from '#consensus/engine';
import type {Backfill} from './backfill.ts';
import {LightBlockServer, type LightBlockServerModules} from './lightBlockServer.ts';
import {SnapshotServer, type SnapshotServerModules} from './server.ts';
import type {Syncer} from './syncer.ts';

export interface StateSyncReactorModules extends SnapshotServerModules, LightBlockServerModules {
  readonly network: PeerNetwork;
}

export class StateSyncReactor implements PeerEvents {
  readonly #modules: StateSyncReactorModules;
  readonly #server: SnapshotServer;
  readonly #lightBlocks: LightBlockServer;
  #syncer: Syncer | undefined;
  #backfill: Backfill | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(modules: StateSyncReactorModules) {
    this.#modules = modules;
    this.#server = new SnapshotServer(modules);
    this.#lightBlocks = new LightBlockServer(modules);
  }

  start(): void {
    this.#unsubscribe = this.#modules.network.subscribe(this);
    for (const peer of this.#modules.network.peers()) this.#addPeer(peer);
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#server.stop();
    this.#lightBlocks.stop();
    this.#syncer?.stop();
    this.#backfill?.stop();
  }

  /** Who takes the answers from now on; undefined: nobody does. */
  attach(syncer: Syncer | undefined): void {
    this.#syncer = syncer;
  }

  /** As `attach`, for the headers before a snapshot. */
  attachBackfill(backfill: Backfill | undefined): void {
    this.#backfill = backfill;
  }

  peerAdded(peer: string): void {
    this.#addPeer(peer);
    this.#syncer?.addPeer(peer);
    this.#backfill?.addPeer();
  }

  peerRemoved(peer: string): void {
    this.#server.removePeer(peer);
    this.#lightBlocks.removePeer(peer);
    this.#syncer?.removePeer(peer);
    this.#backfill?.removePeer(peer);
  }

  message(peer: string, channel: Channel, bytes: Uint8Array): void {
    if (channel !== Channel.Snapshot && channel !== Channel.SnapshotChunk && channel !== Channel.LightBlock) return;
    let message: StateSyncMessage;
    try {
      message = decodeStateSyncMessage(bytes);
    } catch {
      return this.#misbehaved(peer, 'a malformed state-sync message');
    }
    const problem = validateStateSyncMessageBasic(message) ?? wrongChannel(message, channel);
    if (problem !== undefined) return this.#misbehaved(peer, `${message.type}: ${problem}`);
    this.#take(peer, message, bytes.length);
  }

  #addPeer(peer: string): void {
    this.#server.addPeer(peer);
    this.#lightBlocks.addPeer(peer);
  }

  #take(peer: string, message: StateSyncMessage, bytes: number): void {
    switch (message.type) {
      case 'snapshotsRequest':
        return this.#server.snapshotsRequest(peer);
      case 'snapshotsResponse':
        return this.#syncer?.addSnapshot(peer, message);
      case 'chunkRequest':
        if (!this.#server.chunkRequest(peer, message)) this.#misbehaved(peer, 'more chunk requests at a time than are allowed');
        return;
      case 'chunkResponse': {
        const {height, format, index, chunk, missing} = message;
        return this.#syncer?.addChunk(peer, {height, format, index, bytes: missing ? undefined : chunk});
      }
      case 'lightBlockRequest':
        if (!this.#lightBlocks.request(peer, message.height)) this.#misbehaved(peer, 'more light-block requests at a time than are allowed');
        return;
      case 'lightBlockResponse':
        return this.#backfill?.received(peer, {...message, bytes});
    }
  }

  #misbehaved(peer: string, reason: string): void {
    this.#modules.logger.warn({peer, reason}, 'a peer breaks the state-sync protocol');
    this.#modules.network.reportMisbehaviour(peer, reason);
  }
}

const CHANNELS: Record<StateSyncMessage['type'], Channel> = {
  snapshotsRequest: Channel.Snapshot,
  snapshotsResponse: Channel.Snapshot,
  chunkRequest: Channel.SnapshotChunk,
  chunkResponse: Channel.SnapshotChunk,
  lightBlockRequest: Channel.LightBlock,
  lightBlockResponse: Channel.LightBlock,
};

function wrongChannel({type}: StateSyncMessage, channel: Channel): string | undefined {
  return channel === CHANNELS[type] ? undefined : `on channel ${channel}`;
}
