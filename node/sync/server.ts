import {encodeStateSyncMessage} from '#proto';
import {Channel, type Clock, type Logger, type PeerNetwork} from '#consensus/engine';
import {SERVE_INTERVAL_MS, SERVED_REQUESTS_PER_PEER_MAX, SNAPSHOTS_INTERVAL_MS, SNAPSHOTS_PER_PEER_MAX} from './limits.ts';
import type {ServingApplication} from './ports.ts';

export interface SnapshotServerModules {
  readonly app: ServingApplication;
  readonly network: Pick<PeerNetwork, 'send'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly logger: Logger;
}

interface ChunkRequest {
  readonly height: bigint;
  readonly format: number;
  readonly index: number;
}

interface Served {
  readonly requests: ChunkRequest[];
  /** One chunk at a time is in memory for a peer. */
  isBusy: boolean;
  /** Asked again before it was time. */
  owesSnapshots: boolean;
  isRestingSnapshots: boolean;
}

/** Tells peers of our snapshots and gives them chunks, one after the other, at a bounded rate per peer. */
export class SnapshotServer {
  readonly #modules: SnapshotServerModules;
  readonly #peers = new Map<string, Served>();

  constructor(modules: SnapshotServerModules) {
    this.#modules = modules;
  }

  addPeer(peer: string): void {
    if (!this.#peers.has(peer)) this.#peers.set(peer, {requests: [], isBusy: false, owesSnapshots: false, isRestingSnapshots: false});
  }

  removePeer(peer: string): void {
    this.#peers.delete(peer);
  }

  stop(): void {
    this.#peers.clear();
  }

  snapshotsRequest(peer: string): void {
    const served = this.#peers.get(peer);
    if (served === undefined) return;
    served.owesSnapshots = served.isRestingSnapshots;
    if (served.isRestingSnapshots) return;
    served.isRestingSnapshots = true;
    this.#modules.clock.setTimer(SNAPSHOTS_INTERVAL_MS, () => {
      served.isRestingSnapshots = false;
      if (served.owesSnapshots && this.#peers.get(peer) === served) this.snapshotsRequest(peer);
    });
    void this.#tell(peer).catch((error: unknown) => this.#failed(error));
  }

  /** false: more requests than a peer may have open. */
  chunkRequest(peer: string, request: ChunkRequest): boolean {
    const served = this.#peers.get(peer);
    if (served === undefined) return true;
    if (served.requests.length >= SERVED_REQUESTS_PER_PEER_MAX) return false;
    served.requests.push(request);
    if (!served.isBusy) this.#serve(peer, served);
    return true;
  }

  async #tell(peer: string): Promise<void> {
    const snapshots = await this.#modules.app.listSnapshots();
    for (const snapshot of snapshots.slice(0, SNAPSHOTS_PER_PEER_MAX)) {
      this.#modules.network.send(peer, Channel.Snapshot, encodeStateSyncMessage({type: 'snapshotsResponse', ...snapshot}));
    }
  }

  #serve(peer: string, served: Served): void {
    if (this.#peers.get(peer) !== served) return;
    const request = served.requests[0];
    served.isBusy = request !== undefined;
    if (request === undefined) return;
    const next = (): void => void this.#modules.clock.setTimer(SERVE_INTERVAL_MS, () => this.#serve(peer, served));
    void this.#answer(peer, request).then(
      (sent) => {
        // A full queue: the same chunk again after the pause.
        if (sent) served.requests.shift();
        next();
      },
      (error: unknown) => {
        this.#failed(error);
        served.requests.shift();
        next();
      },
    );
  }

  async #answer(peer: string, {height, format, index}: ChunkRequest): Promise<boolean> {
    const chunk = await this.#modules.app.loadSnapshotChunk({height, format, chunk: index});
    const message = {type: 'chunkResponse', height, format, index, chunk: chunk ?? new Uint8Array(0), missing: chunk === undefined} as const;
    return this.#modules.network.send(peer, Channel.SnapshotChunk, encodeStateSyncMessage(message));
  }

  #failed(error: unknown): void {
    this.#modules.logger.error({err: error}, 'a snapshot cannot be served');
  }
}
