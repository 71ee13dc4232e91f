/** Bounds of block sync: what is asked for, kept and served. Times are counted in ticks, so that a process that was busy blames nobody. */
import {PART_BYTES} from '../limits.ts';

/** Period of the tick that finds silent peers. */
export const TICK_MS = 100;

/** Heights in flight or waiting to be applied. */
export const POOL_HEIGHTS_MAX = 256;

/** Bytes of blocks in flight or waiting to be applied. The two blocks that are needed next are taken whatever the others hold. */
export const POOL_BYTES_MAX = 67_108_864;

/** What a transaction of a decoded block takes besides its bytes: as an array of its own, some 280 bytes. */
export const DECODED_TX_BYTES = 288;

/** Heights that one peer may be asked for at a time (CometBFT maxPendingRequestsPerPeer: 20). */
export const REQUESTS_PER_PEER_MAX = 64;

/** What a peer that has not delivered anything yet is asked for; grows with every delivery, is halved with every strike. */
export const REQUESTS_PER_PEER_INITIAL = 8;

/** A peer whose turn it is has so long to begin: 4 s (CometBFT peerTimeout: 15 s). */
export const RESPONSE_TICKS = 40;

/** Slower than this, 128 KiB a second, is too slow (CometBFT minRecvRate). */
export const RECEIVE_BYTES_PER_TICK_MIN = 13_107;

/** Timeouts before a peer is reported, unless it has delivered DELIVERIES_TO_FORGIVE blocks in between. */
export const STRIKES_MAX = 3;
export const DELIVERIES_TO_FORGIVE = 16;

/** A peer rests so long after its first strike, twice as long after its second. */
export const REST_TICKS = 20;

/** Heights that a peer was asked for once and of which blocks may still be on their way. */
export const LATE_HEIGHTS_MAX = 256;

/** Peers with which blocks are synced. */
export const SYNC_PEERS_MAX = 256;

/** Between requests for the peers' statuses (CometBFT statusUpdateInterval: 10 s). */
export const STATUS_TICKS = 20;

/** Block times grow by a millisecond at the least, so no chain is higher than its age in milliseconds and what clocks may be wrong by. */
export const HEIGHT_CLAIM_SLACK = 3_600_000n;

/** So many heights behind, consensus gives way to block sync; fewer are quicker to catch up with by gossip. */
export const BEHIND_MIN = 16n;

/** Between two looks for a proof of it: 1 s. */
export const PROBE_TICKS = 10;

/** Without a block for so long, 15 s, block sync gives way to consensus, whatever peers claim. */
export const STALL_TICKS = 150;

/** Blocks applied before others get a turn of the event loop. */
export const BLOCKS_PER_TURN = 4;

/** Requests of one peer that may wait to be served: more than an honest peer has open. */
export const SERVED_REQUESTS_PER_PEER_MAX = 2 * REQUESTS_PER_PEER_MAX;

/** What is served to all peers together in one turn, in parts and in answers; a turn every SERVE_INTERVAL_MS. */
export const SERVED_BYTES_PER_TURN = 16 * PART_BYTES;
export const SERVED_ANSWERS_PER_TURN = 64;
export const SERVE_INTERVAL_MS = 10;

/** Blocks that become durable together, and bytes of blocks after which no more are waited for. A crash costs them to be synced again. */
export const GROUP_BLOCKS_MAX = 128;
export const GROUP_BYTES_MAX = 4_194_304;

/** Keys and values that wait in memory for their group, of all databases: a small block can write much. */
export const GROUP_HELD_BYTES_MAX = 67_108_864;

/** Commits that are verified before their turn. */
export const VERIFY_AHEAD_MAX = 16n;
