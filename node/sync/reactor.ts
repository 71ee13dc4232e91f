/** The snapshot channels: serves peers, and hands what they answer to a syncer. Source: CometBFT `statesync/reactor.go`. */
import {decodeStateSyncMessage, validateStateSyncMessageBasic, type StateSyncMessage} from '#proto';
import {Channel, type PeerEvents, type PeerNetwork} from '#consensus/engine';
import {SnapshotServer, type SnapshotServerModules} from './server.ts';
import type {Syncer} from './syncer.ts';

export interface StateSyncReactorModules extends SnapshotServerModules {
  readonly network: PeerNetwork;
}

export class StateSyncReactor implements PeerEvents {
  readonly #modules: StateSyncReactorModules;
  readonly #server: SnapshotServer;
  #syncer: Syncer | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(modules: StateSyncReactorModules) {
    this.#modules = modules;
    this.#server = new SnapshotServer(modules);
  }

  start(): void {
    this.#unsubscribe = this.#modules.network.subscribe(this);
    for (const peer of this.#modules.network.peers()) this.#server.addPeer(peer);
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#server.stop();
    this.#syncer?.stop();
  }

  /** Who takes the answers from now on; undefined: nobody does. */
  attach(syncer: Syncer | undefined): void {
    this.#syncer = syncer;
  }

  peerAdded(peer: string): void {
    this.#server.addPeer(peer);
    this.#syncer?.addPeer(peer);
  }

  peerRemoved(peer: string): void {
    this.#server.removePeer(peer);
    this.#syncer?.removePeer(peer);
  }

  message(peer: string, channel: Channel, bytes: Uint8Array): void {
    if (channel !== Channel.Snapshot && channel !== Channel.SnapshotChunk) return;
    let message: StateSyncMessage;
    try {
      message = decodeStateSyncMessage(bytes);
    } catch {
      return this.#misbehaved(peer, 'a malformed state-sync message');
    }
    const problem = validateStateSyncMessageBasic(message) ?? wrongChannel(message, channel);
    if (problem !== undefined) return this.#misbehaved(peer, `${message.type}: ${problem}`);
    this.#take(peer, message);
  }

  #take(peer: string, message: StateSyncMessage): void {
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
    }
  }

  #misbehaved(peer: string, reason: string): void {
    this.#modules.logger.warn({peer, reason}, 'a peer breaks the state-sync protocol');
    this.#modules.network.reportMisbehaviour(peer, reason);
  }
}

function wrongChannel({type}: StateSyncMessage, channel: Channel): string | undefined {
  const expected = type === 'snapshotsRequest' || type === 'snapshotsResponse' ? Channel.Snapshot : Channel.SnapshotChunk;
  return channel === expected ? undefined : `on channel ${channel}`;
}
