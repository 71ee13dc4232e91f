/** Bounds of the engine: what it keeps, reads and accepts from peers. */

/** CometBFT types.BlockPartSizeBytes. */
export const PART_BYTES = 65_536;

/** CometBFT types.MaxBlockSizeBytes: the hard bound whatever the consensus parameters say. */
export const BLOCK_BYTES_MAX = 104_857_600;

/** A part, its proof (at most 11 aunts under BLOCK_BYTES_MAX) and framing. */
export const DATA_MESSAGE_BYTES_MAX = PART_BYTES + 4096;

/** Vote, state and vote-set-bits messages: two bit arrays of 10,000 validators at the most. */
export const SMALL_MESSAGE_BYTES_MAX = 8192;

/** One WAL record; CometBFT consensus.maxMsgSizeBytes is 1 MiB. */
export const WAL_RECORD_BYTES_MAX = 1_048_576;

/** A WAL segment is closed when it has this size. */
export const WAL_SEGMENT_BYTES = 16_777_216;

/** Newest segments that are kept when a height ends: the one being written and the one before it. */
export const WAL_SEGMENTS_KEPT = 2;

/** Segments of a height that does not end: 256 MiB, as much as a start reads. What came before them is dropped; see docs/spec/crash-safety.md. */
export const WAL_HEIGHT_SEGMENTS_MAX = 16;

/** Bytes checksummed at a start to tell the torn end of a log from damage: half a second's work. */
export const WAL_SCAN_BYTES_MAX = 536_870_912;

/** Records waiting in memory for the next sync. */
export const WAL_BUFFER_BYTES_MAX = 262_144;

/** Messages of one peer that may wait for the loop; beyond it they are dropped and repaired by gossip. */
export const PEER_QUEUE_MESSAGES_MAX = 4096;

/** Bytes of waiting messages of one peer. */
export const PEER_QUEUE_BYTES_MAX = 33_554_432;

/** Peers whose state is kept. */
export const PEERS_MAX = 256;

/** Rounds for which we remember what a peer has. */
export const PEER_ROUNDS_MAX = 8;

/** Blocks under assembly at one height: the proposal's and those with +2/3. */
export const PART_SETS_MAX = 4;

/** Full validator sets are stored at least this often; between, by reference to the last change. */
export const VALIDATOR_CHECKPOINT_INTERVAL = 1000n;

/** Blocks dropped per commit when the application lets go of history. */
export const PRUNED_BLOCKS_PER_COMMIT_MAX = 100n;

/** Header, framing and empty evidence of a block: what is not transactions or last commit (CometBFT MaxOverheadForBlock + MaxHeaderBytes). */
export const BLOCK_OVERHEAD_BYTES = 11 + 626 + 64;

/** Parts that may wait for their proposal to arrive, from all peers; see BlockAssembly for their shares. */
export const ORPHAN_PARTS_MAX = 32;

/** Votes waiting to be announced by HasVote. */
export const UNANNOUNCED_VOTES_MAX = 1024;
