import type {P2pTiming} from './types.ts';

/** Version of the wire protocol described in docs/spec/p2p.md; peers must speak the same. */
export const PROTOCOL_VERSION = 3;

export const DEFAULT_TIMING: P2pTiming = {
  heartbeatIntervalMs: 2_000,
  upgradeTimeoutMs: 5_000,
  handshakeTimeoutMs: 10_000,
  dialTimeoutMs: 5_000,
  reconnectBaseMs: 100,
  reconnectMaxMs: 10_000,
  dialYieldMs: 400,
  banBaseMs: 60_000,
  banMaxMs: 24 * 60 * 60 * 1000,
  mempoolBatchDelayMs: 5,
  ensurePeersIntervalMs: 30_000,
};

/** Heartbeats in a row without a byte from the peer after which its connection counts as dead. */
export const SILENT_HEARTBEATS_MAX = 5;
/** Heartbeats of a peer in a row without progress on a channel that has something under way, after which the channel counts as stalled. */
export const STALLED_HEARTBEATS_MAX = 5;
/** Heartbeats in a row without a working gossip stream to a peer: after the first the stream is opened anew, after the last the peer is. */
export const GOSSIPLESS_HEARTBEATS_MAX = 5;

export const CHAIN_ID_MAX_LENGTH = 50;
export const GENESIS_HASH_BYTES = 32;
export const SESSION_BYTES = 16;
export const MONIKER_MAX_LENGTH = 70;
export const VERSION_MAX_LENGTH = 40;
/** Hello and heartbeats. */
export const CONTROL_MESSAGE_MAX_BYTES = 1_024;
/** A length prefix has at most this many bytes: 28 bits hold every channel's limit. */
export const FRAME_PREFIX_MAX_BYTES = 4;

/** What one write to a stream gathers from its queue. Votes wait behind at most one write of parts. */
export const WRITE_BATCH_BYTES = 64 * 1024;

/** One address in a hello or in an answer to a request for addresses. */
export const LISTEN_ADDRESS_MAX_LENGTH = 128;
/** Addresses in one answer. */
export const PEX_ADDRESSES_MAX = 100;
/** What an answer holds at least, if the book has as many, and the share of a larger book. */
export const PEX_ADDRESSES_MIN = 32;
export const PEX_ADDRESSES_SHARE = 0.23;
/** Below this many addresses a node asks its peers for more. */
export const BOOK_ENOUGH_ADDRESSES = 1_000;
export const BOOK_NEW_BUCKETS = 64;
export const BOOK_TRIED_BUCKETS = 16;
export const BOOK_BUCKET_SIZE = 64;
/** A source group fills at most these of the new buckets, an address group at most these of the tried ones. */
export const BOOK_NEW_BUCKETS_PER_GROUP = 16;
export const BOOK_TRIED_BUCKETS_PER_GROUP = 4;
/** An address that never answered is bad after this many attempts; one that did, after ATTEMPTS_MAX without success for MISSING_MS. */
export const BOOK_FIRST_ATTEMPTS_MAX = 3;
export const BOOK_ATTEMPTS_MAX = 10;
export const BOOK_MISSING_MS = 7 * 24 * 60 * 60 * 1000;
/** Dials from the book at one time. */
export const BOOK_DIALS_MAX = 8;
/** Wait before an address of the book is dialled again, doubled with each attempt. */
export const BOOK_RETRY_MS = 10_000;
/** How long a seed keeps a peer that it has answered, and one that asks nothing. */
export const SEED_ANSWERED_LINGER_MS = 1_000;
export const SEED_IDLE_LINGER_MS = 3 * 60 * 1000;
export const PERSISTENT_PEERS_MAX = 200;
export const ADDRESSES_PER_PEER_MAX = 8;
export const MULTIADDR_MAX_LENGTH = 512;
/** Inbound connections at one time that have not authenticated themselves yet. */
export const PENDING_INBOUND_MAX = 128;
/** With the upgrade timeout of 5 s, one address alone can hold fewer connections than PENDING_INBOUND_MAX. */
export const INBOUND_CONNECTIONS_PER_SECOND = 20;
/** Connections above the peer limits: those being opened, refused or replaced. */
export const SPARE_CONNECTIONS = 64;
/** Streams one connection may hold open towards us, all protocols together. */
export const INBOUND_STREAMS_MAX = 64;
/** What one stream may hold unread, at most: the largest window that yamux grants. A throttled peer is stopped by it. */
export const STREAM_WINDOW_MAX_BYTES = 1024 * 1024;
/** What waits to be written to one connection; streams that heed back-pressure hold it far below. Beyond it the connection is cut. */
export const CONNECTION_UNSENT_MAX_BYTES = 4 * 1024 * 1024;
/** Over which it is judged whether a throttled peer floods. */
export const FLOOD_WINDOW_MS = 10_000;
/** For each window in which a channel that no honest peer fills was throttled most of the time. */
export const FLOOD_POINTS = 40;
/** Peers that a cut of the test-only server may name. */
export const CUT_PEERS_MAX = 1_024;
/** Streams of one of our protocols on one connection; the second is a fault that is punished. */
export const STREAMS_PER_CHANNEL_MAX = 2;
/** A graceful close that takes longer is cut off. */
export const CLOSE_TIMEOUT_MS = 500;
/** A connection that lived longer than this was a good one: reconnecting starts from the shortest wait. */
export const GOOD_CONNECTION_MS = 5_000;

/** A peer with this many points is banned; a protocol violation gives all of them. */
export const BAN_POINTS = 100;
/** Transactions that an honest node would not have passed on. */
export const REJECTED_TRANSACTIONS_POINTS = 10;
/** Points halve in this time. */
export const POINTS_HALF_LIFE_MS = 10 * 60 * 1000;
/** Milliseconds between writes of bans and of the address book, when they have changed. */
export const STATE_SAVE_INTERVAL_MS = 10_000;
/** Files of bans and addresses; a longer one is not read. */
export const STATE_FILE_MAX_BYTES = 8 * 1024 * 1024;
/** Peers whose points or bans are remembered; beyond it the oldest are forgotten. */
export const SCORED_PEERS_MAX = 4_096;

/** One gossip message of transactions, unless a single transaction is larger. */
export const MEMPOOL_BATCH_MAX_BYTES = 128 * 1024;
/** A transaction this large is not published. */
export const MEMPOOL_TRANSACTION_MAX_BYTES = 1024 * 1024;
/** Bytes around the transactions of a message. */
export const MEMPOOL_MESSAGE_OVERHEAD_BYTES = 64;
export const MEMPOOL_MESSAGE_MAX_BYTES = MEMPOOL_TRANSACTION_MAX_BYTES + MEMPOOL_MESSAGE_OVERHEAD_BYTES;
export const MEMPOOL_BATCH_MAX_TRANSACTIONS = 4_096;
/** Transactions that wait to be published; more are refused. */
export const MEMPOOL_PENDING_MAX_BYTES = 4 * 1024 * 1024;
/** Batches of peers that are being validated at one time; more are dropped. */
export const MEMPOOL_VALIDATING_MAX_BYTES = 16 * 1024 * 1024;
export const MEMPOOL_VALIDATING_MAX_BATCHES = 1_024;
/** New gossip messages of one peer in a second; a peer that sends more is punished, else the cache of seen ids grows without bound. */
export const MEMPOOL_MESSAGES_PER_SECOND_MAX = 5_000;
/** One gossipsub RPC: an answer to IWANT carries several messages. */
export const GOSSIP_RPC_MAX_BYTES = 4 * 1024 * 1024;
/** Unsent gossip for one peer; beyond it the stream is reset and opened anew. */
export const GOSSIP_SEND_BUFFER_MAX_BYTES = 8 * 1024 * 1024;
/** How long identical gossip messages are dropped. */
export const GOSSIP_SEEN_TTL_MS = 30_000;

export const NODE_KEY_FILE_MAX_BYTES = 4_096;
