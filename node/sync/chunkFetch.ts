import {encodeStateSyncMessage} from '#proto';
import {Channel, type Clock, type PeerNetwork} from '#consensus/engine';
import {CHUNK_BYTES_MAX, CHUNK_RESEND_MS, CHUNK_TIMEOUT_MS, CHUNKS_AHEAD_MAX, CHUNKS_PER_PEER_MAX, PEER_FAILURES_MAX} from './limits.ts';
import type {PooledSnapshot} from './snapshotPool.ts';

export interface ChunkFetchModules {
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly network: Pick<PeerNetwork, 'send'>;
  /** A chunk came in, or cannot come any more. */
  changed(): void;
}

export interface FetchedChunk {
  readonly bytes: Uint8Array;
  readonly sender: string;
}

/** Fetches the chunks of one snapshot from all who have it, a bounded number ahead of what is applied. Source: CometBFT `statesync/chunks.go`. */
export class ChunkFetch {
  readonly #pooled: PooledSnapshot;
  readonly #modules: ChunkFetchModules;
  readonly #chunks = new Map<number, FetchedChunk>();
  readonly #inFlight = new Map<number, {readonly peer: string; readonly cancel: () => void}>();
  readonly #failures = new Map<string, number>();
  /** Peers whose queue was full, until the timer that asks them again. */
  readonly #resting = new Map<string, () => void>();
  #applied: Set<number> = new Set();
  #next = 0;

  constructor(pooled: PooledSnapshot, modules: ChunkFetchModules) {
    this.#pooled = pooled;
    this.#modules = modules;
  }

  /** The lowest chunk that is not applied; the number of chunks when all are. */
  get next(): number {
    return this.#next;
  }

  get isDone(): boolean {
    return this.#next === this.#pooled.snapshot.chunks;
  }

  /** Can anybody give the next chunk? */
  get isStuck(): boolean {
    return !this.#chunks.has(this.#next) && !this.#inFlight.has(this.#next) && this.#usablePeers().length === 0;
  }

  chunk(index: number): FetchedChunk | undefined {
    return this.#chunks.get(index);
  }

  /** Asks for what is missing, the lowest first. */
  fill(): void {
    const {chunks} = this.#pooled.snapshot;
    for (let index = this.#next; index < chunks && index < this.#next + CHUNKS_AHEAD_MAX; index++) {
      if (this.#applied.has(index) || this.#chunks.has(index) || this.#inFlight.has(index)) continue;
      let peer = this.#leastBusy();
      while (peer !== undefined && !this.#request(index, peer)) peer = this.#leastBusy();
      if (peer === undefined) return;
    }
  }

  applied(index: number): void {
    this.#chunks.delete(index);
    this.#applied.add(index);
    this.#advance();
  }

  /** Fetches it again, whether it was applied or not. */
  discard(index: number): void {
    this.#chunks.delete(index);
    this.#applied.delete(index);
    this.#next = Math.min(this.#next, index);
  }

  /** All from the first chunk; those that wait are kept. */
  restart(): void {
    this.#applied = new Set();
    this.#next = 0;
  }

  /** Nothing of this peer counts. */
  rejectPeer(peer: string): void {
    this.#failures.set(peer, PEER_FAILURES_MAX);
    this.removePeer(peer);
    for (const [index, {sender}] of this.#chunks) if (sender === peer) this.#chunks.delete(index);
  }

  removePeer(peer: string): void {
    for (const [index, request] of this.#inFlight) if (request.peer === peer) this.#end(index);
    this.#modules.changed();
  }

  /** undefined bytes: the peer does not have it. What nobody asked for is dropped. */
  received(peer: string, index: number, bytes: Uint8Array | undefined): void {
    if (this.#inFlight.get(index)?.peer !== peer) return;
    this.#end(index);
    if (bytes === undefined || bytes.length > CHUNK_BYTES_MAX) this.#failures.set(peer, PEER_FAILURES_MAX);
    else {
      this.#chunks.set(index, {bytes, sender: peer});
      // Slow now and then is no reason to lose a peer; as often slow as not is.
      this.#failures.set(peer, Math.max(0, (this.#failures.get(peer) ?? 0) - 1));
    }
    this.#modules.changed();
  }

  stop(): void {
    for (const index of [...this.#inFlight.keys()]) this.#end(index);
    for (const cancel of this.#resting.values()) cancel();
    this.#resting.clear();
  }

  #request(index: number, peer: string): boolean {
    const {height, format} = this.#pooled.snapshot;
    if (!this.#modules.network.send(peer, Channel.SnapshotChunk, encodeStateSyncMessage({type: 'chunkRequest', height, format, index}))) {
      this.#rest(peer);
      return false;
    }
    const cancel = this.#modules.clock.setTimer(CHUNK_TIMEOUT_MS, () => {
      this.#inFlight.delete(index);
      this.#fail(peer);
      this.#modules.changed();
    });
    this.#inFlight.set(index, {peer, cancel});
    return true;
  }

  /** Busy or gone. The timer wakes the syncer: with nothing under way, nothing else would. */
  #rest(peer: string): void {
    const cancel = this.#modules.clock.setTimer(CHUNK_RESEND_MS, () => {
      this.#resting.delete(peer);
      this.#fail(peer);
      this.#modules.changed();
    });
    this.#resting.set(peer, cancel);
  }

  #fail(peer: string): void {
    this.#failures.set(peer, (this.#failures.get(peer) ?? 0) + 1);
  }

  #end(index: number): void {
    this.#inFlight.get(index)?.cancel();
    this.#inFlight.delete(index);
  }

  #advance(): void {
    while (this.#applied.has(this.#next)) this.#next++;
  }

  #usablePeers(): string[] {
    return [...this.#pooled.peers].filter((peer) => (this.#failures.get(peer) ?? 0) < PEER_FAILURES_MAX);
  }

  #leastBusy(): string | undefined {
    const awake = this.#usablePeers().filter((peer) => !this.#resting.has(peer));
    const load = new Map(awake.map((peer) => [peer, 0]));
    for (const {peer} of this.#inFlight.values()) if (load.has(peer)) load.set(peer, load.get(peer)! + 1);
    let best: string | undefined;
    for (const [peer, count] of load) if (count < CHUNKS_PER_PEER_MAX && (best === undefined || count < load.get(best)!)) best = peer;
    return best;
  }
}
