import type {Commit} from '#proto';
import {encodeStateSyncMessage, equalBytes, toHexUpper} from '#proto';
import {Channel, type Clock, type ConsensusState, type Logger, type PeerNetwork, type Snapshot} from '#consensus/engine';
import {ChunkFetch} from './chunkFetch.ts';
import {StateSyncError} from './errors.ts';
import {CHUNK_RETRIES_MAX, DISCOVERY_MS, SNAPSHOT_RETRIES_MAX, TRUST_BACKOFF_DOUBLINGS_MAX, TRUST_RETRIES_MAX} from './limits.ts';
import type {RestoringApplication, StateProvider} from './ports.ts';
import {SnapshotPool, type PooledSnapshot} from './snapshotPool.ts';

export interface SyncerModules {
  readonly app: RestoringApplication;
  readonly provider: StateProvider;
  readonly network: PeerNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface SyncedState {
  readonly state: ConsensusState;
  /** Of the state's last block. */
  readonly commit: Commit;
}

/** Of the snapshot that is being restored. */
export interface SyncProgress {
  readonly height: bigint;
  readonly chunks: number;
  readonly chunksApplied: number;
}

const SNAPSHOTS_REQUEST = encodeStateSyncMessage({type: 'snapshotsRequest'});

/** Restores the application from the best snapshot that peers have and the light client vouches for. Source: CometBFT `statesync/syncer.go`. */
export class Syncer {
  readonly #modules: SyncerModules;
  readonly #pool = new SnapshotPool();
  #fetch: {readonly pooled: PooledSnapshot; readonly chunks: ChunkFetch} | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(modules: SyncerModules) {
    this.#modules = modules;
  }

  /** @throws StateSyncError ABORTED when the application gives up, STOPPED after `stop`. */
  async run(): Promise<SyncedState> {
    for (const peer of this.#modules.network.peers()) this.addPeer(peer);
    await this.#pause(DISCOVERY_MS);
    for (;;) {
      const pooled = this.#pool.best();
      const synced = pooled === undefined ? undefined : await this.#try(pooled);
      if (synced !== undefined) return synced;
      if (this.#pool.best()?.trustFailures === 0) continue;
      // Nothing to try, or it is too early for what there is.
      if (pooled === undefined) this.#modules.logger.info({}, 'no usable snapshot yet: asking peers again');
      for (const peer of this.#modules.network.peers()) this.addPeer(peer);
      const failures = Math.max(0, (this.#pool.best()?.trustFailures ?? 0) - 1);
      await this.#pause(DISCOVERY_MS * 2 ** Math.min(failures, TRUST_BACKOFF_DOUBLINGS_MAX));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#fetch?.chunks.stop();
    this.#wake?.();
  }

  get progress(): SyncProgress | undefined {
    if (this.#fetch === undefined) return undefined;
    const {height, chunks} = this.#fetch.pooled.snapshot;
    return {height, chunks, chunksApplied: this.#fetch.chunks.next};
  }

  addPeer(peer: string): void {
    if (!this.#pool.isRejected(peer)) this.#modules.network.send(peer, Channel.Snapshot, SNAPSHOTS_REQUEST);
  }

  removePeer(peer: string): void {
    this.#pool.removePeer(peer);
    this.#fetch?.pooled.peers.delete(peer);
    this.#fetch?.chunks.removePeer(peer);
  }

  addSnapshot(peer: string, snapshot: Snapshot): void {
    const problem = this.#pool.add(peer, snapshot);
    if (problem !== undefined) this.#modules.network.reportMisbehaviour(peer, problem);
  }

  addChunk(peer: string, chunk: {readonly height: bigint; readonly format: number; readonly index: number; readonly bytes: Uint8Array | undefined}): void {
    const {height, format} = this.#fetch?.pooled.snapshot ?? {};
    if (chunk.height === height && chunk.format === format) this.#fetch?.chunks.received(peer, chunk.index, chunk.bytes);
  }

  /** undefined: not with this one, or not now. */
  async #try(pooled: PooledSnapshot): Promise<SyncedState | undefined> {
    const {provider, logger} = this.#modules;
    const {snapshot} = pooled;
    let appHash: Uint8Array;
    let synced: SyncedState;
    try {
      // All of it before the first chunk: what cannot be verified later would be fetched in vain.
      appHash = await provider.appHash(snapshot.height);
      synced = {state: await provider.state(snapshot.height), commit: await provider.commit(snapshot.height)};
    } catch (error) {
      pooled.trustFailures++;
      logger.warn({height: snapshot.height, reason: (error as Error).message}, 'the light client cannot vouch for the height of a snapshot');
      if (!(error instanceof StateSyncError && error.code === 'UNAVAILABLE')) pooled.refusals++;
      if (pooled.refusals >= TRUST_RETRIES_MAX) this.#pool.reject(pooled);
      return undefined;
    }
    pooled.trustFailures = 0;
    pooled.refusals = 0;
    for (let attempt = 0; attempt < SNAPSHOT_RETRIES_MAX; attempt++) {
      this.#assertRunning();
      if (!(await this.#offer(pooled, appHash))) return undefined;
      const outcome = await this.#restore(pooled);
      if (outcome === 'restored') {
        await this.#verifyApplication(snapshot, appHash);
        return synced;
      }
      if (outcome === 'rejected') break;
    }
    this.#pool.reject(pooled);
    return undefined;
  }

  async #offer(pooled: PooledSnapshot, appHash: Uint8Array): Promise<boolean> {
    const {snapshot, peers} = pooled;
    const result = await this.#modules.app.offerSnapshot({snapshot, appHash});
    this.#modules.logger.info({height: snapshot.height, format: snapshot.format, chunks: snapshot.chunks, peers: peers.size, result}, 'snapshot offered to the application');
    switch (result) {
      case 'ACCEPT':
        return true;
      case 'ABORT':
        throw new StateSyncError('ABORTED', 'the application takes no snapshot: it has a state already, or no genesis');
      case 'REJECT_FORMAT':
        this.#pool.rejectFormat(snapshot.format);
        return false;
      case 'REJECT_SENDER':
        for (const peer of [...peers]) this.#rejectPeer(peer, 'offers a snapshot that cannot be one');
        this.#pool.reject(pooled);
        return false;
      case 'REJECT':
        this.#pool.reject(pooled);
        return false;
    }
  }

  async #restore(pooled: PooledSnapshot): Promise<'restored' | 'rejected' | 'retry'> {
    const {clock, network} = this.#modules;
    const chunks = new ChunkFetch(pooled, {clock, network, changed: () => this.#wake?.()});
    this.#fetch = {pooled, chunks};
    try {
      for (let retries = 0; retries <= CHUNK_RETRIES_MAX; ) {
        this.#assertRunning();
        if (chunks.isDone) return 'restored';
        chunks.fill();
        const index = chunks.next;
        const fetched = chunks.chunk(index);
        if (fetched === undefined) {
          if (chunks.isStuck) return 'rejected';
          await this.#changed();
          continue;
        }
        const outcome = await this.#apply(chunks, index);
        if (outcome === 'again') retries++;
        else if (outcome !== 'next') return outcome;
      }
      return 'rejected';
    } finally {
      chunks.stop();
      this.#fetch = undefined;
    }
  }

  async #apply(chunks: ChunkFetch, index: number): Promise<'next' | 'again' | 'rejected' | 'retry'> {
    const {bytes, sender} = chunks.chunk(index)!;
    const {result, refetchChunks, rejectSenders} = await this.#modules.app.applySnapshotChunk({index, chunk: bytes, sender});
    if (result === 'ACCEPT') chunks.applied(index);
    for (const again of refetchChunks) chunks.discard(again);
    for (const peer of rejectSenders) {
      this.#rejectPeer(peer, 'sent a chunk that is not of its snapshot');
      chunks.rejectPeer(peer);
    }
    switch (result) {
      case 'ACCEPT':
        return refetchChunks.length > 0 ? 'again' : 'next';
      case 'RETRY':
        return 'again';
      case 'RETRY_SNAPSHOT':
        return 'retry';
      case 'REJECT_SNAPSHOT':
        return 'rejected';
      case 'ABORT':
        throw new StateSyncError('ABORTED', `the application gave up at chunk ${index}`);
    }
  }

  /** CometBFT verifyApp: an application that restores something else than it was given is not to be trusted with more. */
  async #verifyApplication({height}: Snapshot, appHash: Uint8Array): Promise<void> {
    const info = await this.#modules.app.info();
    if (info.lastBlockHeight !== height || !equalBytes(info.lastBlockAppHash, appHash)) {
      throw new StateSyncError(
        'ABORTED',
        `the restored application is at height ${info.lastBlockHeight} with hash ${toHexUpper(info.lastBlockAppHash)}, expected ${height} with ${toHexUpper(appHash)}`,
      );
    }
  }

  #rejectPeer(peer: string, reason: string): void {
    this.#pool.rejectPeer(peer);
    this.#modules.network.reportMisbehaviour(peer, reason);
  }

  #assertRunning(): void {
    if (this.#stopped) throw new StateSyncError('STOPPED', 'state sync was stopped');
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #pause(ms: number): Promise<void> {
    this.#assertRunning();
    await new Promise<void>((resolve) => {
      const cancel = this.#modules.clock.setTimer(ms, resolve);
      this.#wake = () => {
        if (!this.#stopped) return;
        cancel();
        resolve();
      };
    });
    this.#assertRunning();
  }
}
