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
/** With each failure the next try is twice as late, up to so many doublings of DISCOVERY_MS: 48 s. Servers that are down cost time only. */
export const TRUST_BACKOFF_DOUBLINGS_MAX = 4;
/** Peers that lied in this sync and are remembered, the latest. */
export const REJECTED_PEERS_MAX = 1_024;
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

/** Headers of a backfill that are asked for or wait for those above them. */
export const BACKFILL_WINDOW = 128;
/** Of these, of one peer. */
export const BACKFILL_PER_PEER_MAX = 32;
/** Bytes of messages that wait; beyond it only the next header is asked for. */
export const BACKFILL_HELD_BYTES_MAX = 33_554_432;
/** Headers in one write. */
export const BACKFILL_BATCH = 64;
/** A header that does not come in this time is asked of another peer (Tendermint 0.35 lightBlockResponseTimeout: 10 s). */
export const LIGHT_BLOCK_TIMEOUT_MS = 10_000;
/** A peer that lacks a header, is too slow or busy is not asked for so long. */
export const BACKFILL_REST_MS = 5_000;
/** Headers below a snapshot that are fetched at all, whatever the evidence parameters say: about 1 GB with a hundred validators. */
export const BACKFILL_HEADERS_MAX = 1_000_000n;
/** Between two lines of the log about how far it is. */
export const BACKFILL_HEADERS_PER_REPORT = 10_000n;
/** Light-block requests of one peer that may wait. */
export const SERVED_LIGHT_BLOCKS_PER_PEER_MAX = 64;
/** Light blocks served in one turn, to all peers together, and the time between turns: 1,600 a second. */
export const SERVED_LIGHT_BLOCKS_PER_TURN = 16;
export const SERVE_LIGHT_BLOCKS_INTERVAL_MS = 10;
/** Bytes of blocks that may be read for their evidence in a turn; a turn that read more is followed by a longer rest in proportion: 10 MiB a second. */
export const SERVED_BLOCK_BYTES_PER_TURN = 104_858;
