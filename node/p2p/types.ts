import type {NodeIdentity} from './identity.ts';
import type {ChannelTraffic} from './traffic.ts';

/** What this folder writes its log to; pino and the engine's logger both fit. */
export interface P2pLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface P2pClock {
  /** Milliseconds since the Unix epoch; ban expiry and uptimes are counted with it. */
  nowMs(): number;
  /** Returns a cancel function. `fn` is called from a fresh task. */
  setTimer(delayMs: number, fn: () => void): () => void;
}

/** prom-client's Gauge and Counter fit. Those that are not given are not counted. */
export interface P2pMetrics {
  /** Announced peers. */
  readonly peers: {set(value: number): void};
  readonly p2pBansTotal?: {inc(): void};
  readonly p2pDisconnectsTotal?: {inc(): void};
  /** `throttled`: pauses in reading a peer's stream; `refusedSends`: messages that found a peer's queue full. */
  readonly p2pThrottledTotal?: {inc(labels: {channel: string}): void};
  readonly p2pRefusedSendsTotal?: {inc(labels: {channel: string}): void};
  readonly p2pAddressBookSize?: {set(labels: {bucket: 'new' | 'tried'}, value: number): void};
  readonly p2pPeersByDirection?: {set(labels: {direction: 'inbound' | 'outbound'}, value: number): void};
  readonly p2pMessagesTotal?: {inc(labels: {channel: string; direction: 'sent' | 'received'}, value?: number): void};
  readonly p2pBytesTotal?: {inc(labels: {channel: string; direction: 'sent' | 'received'}, value?: number): void};
}

/** How patient the network is, in milliseconds. Defaults are in limits.ts. */
export interface P2pTiming {
  /** Between heartbeats to a peer. */
  readonly heartbeatIntervalMs: number;
  /** From an inbound TCP connection to an authenticated one. */
  readonly upgradeTimeoutMs: number;
  /** From an authenticated connection to a checked hello. */
  readonly handshakeTimeoutMs: number;
  readonly dialTimeoutMs: number;
  /** First wait before a persistent peer is dialled again; doubled with each failure, with jitter. */
  readonly reconnectBaseMs: number;
  readonly reconnectMaxMs: number;
  /** Of two nodes that dial each other, the one with the larger id waits this much longer, for the call of the other. */
  readonly dialYieldMs: number;
  /** First ban; doubled with each further ban of the same peer. */
  readonly banBaseMs: number;
  readonly banMaxMs: number;
  /** How long published transactions wait for more to share a gossip message. */
  readonly mempoolBatchDelayMs: number;
  /** Between looks at whether more peers are wanted. A peer that asks for addresses more than three times in it is at fault. */
  readonly ensurePeersIntervalMs: number;
}

export interface P2pOptions {
  /** CometBFT chain id. */
  readonly chainId: string;
  /** 32 bytes, sha256 of the genesis document; peers with another are refused. */
  readonly genesisHash: Uint8Array;
  /** Multiaddrs, for example `/ip4/127.0.0.1/tcp/26656`; port 0 takes any free port. */
  readonly listen: readonly string[];
  /** Multiaddrs that end in `/p2p/<peer id>`. Our own may be among them: it is skipped. */
  readonly persistentPeers: readonly string[];
  /** Most inbound peers, persistent ones not counted. */
  readonly maxInbound: number;
  /** Most outbound peers, persistent ones not counted. */
  readonly maxOutbound: number;
  /** Peers that are let in when all places are taken. */
  readonly unconditionalPeerIds?: readonly string[];
  /** Peers whose addresses are told to nobody. */
  readonly privatePeerIds?: readonly string[];
  /** Asked for addresses when the book has none to dial. */
  readonly seeds?: readonly string[];
  /** Whether addresses are exchanged with peers. Default true. */
  readonly pex?: boolean;
  /** Crawls the network, answers those who ask, and hangs up. */
  readonly seedMode?: boolean;
  /** Only addresses that the whole internet reaches enter the book. Default true. */
  readonly addressBookStrict?: boolean;
  /** Where peers reach this node, if not where it listens; a multiaddr without `/p2p`. */
  readonly externalAddress?: string;
  /** Without them, addresses and bans end with the process. */
  readonly files?: {readonly addressBook: string; readonly bans: string};
  /** Name shown to peers. */
  readonly moniker: string;
  /** Software version shown to peers, for example `0.1.0`. */
  readonly version: string;
  readonly timing?: Partial<P2pTiming>;
  /** Most connections accepted from one address in a second. Loopback networks share one address. */
  readonly inboundConnectionsPerSecond?: number;
}

export interface P2pModules {
  readonly logger: P2pLogger;
  readonly clock: P2pClock;
  readonly metrics: P2pMetrics;
  readonly identity: NodeIdentity;
  /** In [0, 1), as Math.random; spreads reconnects. */
  readonly random: () => number;
}

/** What is known of an announced peer. */
export interface PeerInfo {
  readonly id: string;
  readonly moniker: string;
  readonly version: string;
  readonly direction: 'inbound' | 'outbound';
  readonly remoteAddress: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAtMs: number;
  readonly persistent: boolean;
  /** Milliseconds since it was announced. */
  readonly durationMs: number;
  /** What went over this connection, by channel: messages and bytes, frames' prefixes counted where sent. */
  readonly channels: readonly ChannelTraffic[];
}

/**
 * Judges a batch of transactions of a peer. `accept`: pass on to others; `ignore`: do not pass on, no fault;
 * `reject`: an honest node would not have sent this, the peer is scored.
 */
export type TransactionsHandler = (
  peer: string,
  transactions: readonly Uint8Array[],
) => TransactionsVerdict | Promise<TransactionsVerdict>;
export type TransactionsVerdict = 'accept' | 'ignore' | 'reject';
