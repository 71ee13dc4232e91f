/** Bounds of state sync: what is believed of peers, asked of them and served to them. */

/** Snapshots that one peer may tell of, and that we tell of (CometBFT statesync/reactor.go recentSnapshots). */
export const SNAPSHOTS_PER_PEER_MAX = 10;
/** Snapshots that are remembered, refused ones too. */
export const SNAPSHOTS_MAX = 256;
/** Chunks of a snapshot that is considered at all; an application may allow fewer. */
export const SNAPSHOT_CHUNKS_MAX = 65_536;
/** Bytes of a snapshot's metadata: what fits a message of the snapshot channel. */
export const SNAPSHOT_METADATA_BYTES_MAX = 64_512;
/** Bytes of a chunk. */
export const CHUNK_BYTES_MAX = 1_048_576;
/** Chunks asked for or waiting to be applied. */
export const CHUNKS_AHEAD_MAX = 16;
/** Chunks asked of one peer at a time. */
export const CHUNKS_PER_PEER_MAX = 4;
/** A chunk that does not come in this time is asked of another peer (CometBFT ChunkRequestTimeout: 10 s). */
export const CHUNK_TIMEOUT_MS = 10_000;
/** A peer whose queue is full is asked again after this. */
export const CHUNK_RESEND_MS = 1_000;
/** Chunks that a peer may fail to give, beyond those that it gave, before nothing of this snapshot is asked of it any more. */
export const PEER_FAILURES_MAX = 3;
/** How often the application may ask for a chunk, or for the whole snapshot, once more. */
export const CHUNK_RETRIES_MAX = 256;
export const SNAPSHOT_RETRIES_MAX = 3;
/** How often the light client may fail on a snapshot's height before the snapshot is refused. */
export const TRUST_RETRIES_MAX = 5;
/** RPC servers that must give the same proposer priorities. */
export const AGREEING_SERVERS_MIN = 2;
/** From the first request for snapshots to the first choice, and between later requests (CometBFT DiscoveryTime: 15 s; local networks are quicker). */
export const DISCOVERY_MS = 3_000;
/** Chunk requests of one peer that may wait. */
export const SERVED_REQUESTS_PER_PEER_MAX = 16;
/** Between two chunks to one peer: 20 MiB a second. */
export const SERVE_INTERVAL_MS = 50;
/** Between two answers about snapshots to one peer. */
export const SNAPSHOTS_INTERVAL_MS = 1_000;
