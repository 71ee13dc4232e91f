import type {Snapshot} from '#consensus/engine';
import {toHex} from '#proto';
import {REJECTED_PEERS_MAX, SNAPSHOT_CHUNKS_MAX, SNAPSHOT_METADATA_BYTES_MAX, SNAPSHOTS_MAX, SNAPSHOTS_PER_PEER_MAX} from './limits.ts';

export interface PooledSnapshot {
  readonly snapshot: Snapshot;
  readonly key: string;
  /** Who has it, as far as they say. */
  readonly peers: Set<string>;
  /** Times that the light client could not vouch for its height since it last could, whatever the reason. */
  trustFailures: number;
  /** Of these, how often servers were there to be asked. */
  refusals: number;
}

/** Snapshots that peers told of, best first, and what was refused. Source: CometBFT `statesync/snapshots.go`. */
export class SnapshotPool {
  readonly #snapshots = new Map<string, PooledSnapshot>();
  readonly #rejectedSnapshots = new Set<string>();
  readonly #rejectedFormats = new Set<number>();
  readonly #rejectedPeers = new Set<string>();

  /** Why the peer is not believed any more, if so. */
  add(peer: string, snapshot: Snapshot): string | undefined {
    if (this.#rejectedPeers.has(peer)) return undefined;
    const problem = this.#problem(snapshot);
    if (problem !== undefined) {
      this.rejectPeer(peer);
      return problem;
    }
    const key = keyOf(snapshot);
    if (this.#rejectedSnapshots.has(key) || this.#rejectedFormats.has(snapshot.format)) return undefined;
    const known = this.#snapshots.get(key);
    if (known !== undefined) {
      known.peers.add(peer);
      return undefined;
    }
    let told = 0;
    for (const {peers} of this.#snapshots.values()) if (peers.has(peer)) told++;
    if (told >= SNAPSHOTS_PER_PEER_MAX || this.#snapshots.size >= SNAPSHOTS_MAX) return undefined;
    this.#snapshots.set(key, {snapshot, key, peers: new Set([peer]), trustFailures: 0, refusals: 0});
    return undefined;
  }

  /** What the light client could not vouch for comes last: heights that nobody has must not hold up one that is there. Then by height, format and number of peers. */
  best(): PooledSnapshot | undefined {
    const ranked = [...this.#snapshots.values()].filter(({peers}) => peers.size > 0).sort(byRank);
    return ranked[0];
  }

  reject({key}: PooledSnapshot): void {
    this.#snapshots.delete(key);
    // Forgotten ones are refused once more, at the cost of one more try.
    if (this.#rejectedSnapshots.size >= SNAPSHOTS_MAX) this.#rejectedSnapshots.clear();
    this.#rejectedSnapshots.add(key);
  }

  rejectFormat(format: number): void {
    if (this.#rejectedFormats.size < SNAPSHOTS_MAX) this.#rejectedFormats.add(format);
    for (const [key, {snapshot}] of this.#snapshots) if (snapshot.format === format) this.#snapshots.delete(key);
  }

  rejectPeer(peer: string): void {
    // The network bans those who lie; whom it lets in again after so many others gets another chance.
    if (this.#rejectedPeers.size >= REJECTED_PEERS_MAX) this.#rejectedPeers.delete(this.#rejectedPeers.values().next().value!);
    this.#rejectedPeers.add(peer);
    this.#forget(peer);
  }

  isRejected(peer: string): boolean {
    return this.#rejectedPeers.has(peer);
  }

  /** It is gone, and may come back; a rejected one stays rejected. */
  removePeer(peer: string): void {
    this.#forget(peer);
  }

  #forget(peer: string): void {
    for (const [key, {peers}] of this.#snapshots) {
      peers.delete(peer);
      if (peers.size === 0) this.#snapshots.delete(key);
    }
  }

  #problem({height, chunks, metadata}: Snapshot): string | undefined {
    if (height < 1n || height >= 1n << 63n) return `a snapshot of height ${height}`;
    if (chunks < 1 || chunks > SNAPSHOT_CHUNKS_MAX) return `a snapshot of ${chunks} chunks, limit ${SNAPSHOT_CHUNKS_MAX}`;
    return metadata.length > SNAPSHOT_METADATA_BYTES_MAX ? `metadata of ${metadata.length} bytes, limit ${SNAPSHOT_METADATA_BYTES_MAX}` : undefined;
  }
}

/** Two that differ in anything are two snapshots: a liar's metadata cannot stand in for an honest peer's. */
function keyOf({height, format, chunks, hash, metadata}: Snapshot): string {
  return [height, format, chunks, toHex(hash), toHex(metadata)].join('/');
}

function byRank(a: PooledSnapshot, b: PooledSnapshot): number {
  if (a.trustFailures !== b.trustFailures) return a.trustFailures - b.trustFailures;
  if (a.snapshot.height !== b.snapshot.height) return a.snapshot.height > b.snapshot.height ? -1 : 1;
  return b.snapshot.format - a.snapshot.format || b.peers.size - a.peers.size;
}
