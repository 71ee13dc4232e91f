/**
 * What the engine asks of its surroundings. Production adapters live in `node/`; the simulation replaces clock, network and disk
 * behind these same interfaces and runs everything else unchanged.
 */
import type {Block, BlockID, BlockMeta, Commit, Evidence, ExecTxResult, Part, Proposal, Timestamp, ValidatorSet, Vote} from '#proto';
import type {SignerError} from './signer/errors.ts';
import type {ConsensusState} from './store/state.ts';

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Wall time for proposals and votes (BFT time), timers for timeouts. */
export interface Clock {
  now(): Timestamp;
  /** Returns a cancel function. `fn` is called from a fresh task. */
  setTimer(delayMs: number, fn: () => void): () => void;
}

/** Channels between peers; ids as CometBFT uses them. */
export const Channel = {
  State: 0x20,
  Data: 0x21,
  Vote: 0x22,
  VoteSetBits: 0x23,
  Mempool: 0x30,
  Evidence: 0x38,
  BlockSync: 0x40,
  Snapshot: 0x60,
  SnapshotChunk: 0x61,
  LightBlock: 0x62,
} as const;
export type Channel = (typeof Channel)[keyof typeof Channel];

export interface PeerEvents {
  peerAdded(peer: string): void;
  peerRemoved(peer: string): void;
  message(peer: string, channel: Channel, bytes: Uint8Array): void;
}

/** Ordered, reliable while connected, one stream per peer and channel. */
export interface PeerNetwork {
  subscribe(events: PeerEvents): () => void;
  peers(): readonly string[];
  /** false: the peer is gone or its queue is full; the caller tries again after `onWritable` or a gossip tick. */
  send(peer: string, channel: Channel, bytes: Uint8Array): boolean;
  onWritable(fn: (peer: string, channel: Channel) => void): () => void;
  /** A peer broke the protocol: it is scored, disconnected and banned by the network layer. */
  reportMisbehaviour(peer: string, reason: string): void;
}

/** An append-only, crash-safe log of bytes records. `append` buffers, `sync` makes all that was appended durable. */
export interface LogStore {
  append(record: Uint8Array): void;
  /** Resolves or returns after fsync. */
  sync(): void;
  /** All intact records; a torn tail is cut off and reported. */
  readAll(): LogContents;
  /** Starts a new segment and drops the oldest: `kept` stay, with the new one. */
  rotate(kept: number): void;
  close(): void;
}

export interface LogContents {
  readonly records: readonly Uint8Array[];
  /** Bytes at the end that a crash left of a record, now cut off. */
  readonly tornBytes: number;
  /** Damage before intact records, in their order: a bad disk, or a changed file. */
  readonly damage?: readonly LogDamage[];
  /** Of the segment that is being written. */
  readonly segmentBytes: number;
}

export interface LogDamage {
  /** Number of intact records before it. */
  readonly afterRecord: number;
  /** For the operator. */
  readonly place: string;
  readonly bytes: number;
}

/** One small file that is replaced atomically and durably (write, fsync, rename, fsync of the folder). */
export interface AtomicFile {
  read(): Uint8Array | undefined;
  writeSync(bytes: Uint8Array): void;
  /** The same while other work goes on, durable when it resolves. One at a time. */
  write?(bytes: Uint8Array): Promise<void>;
}

/** `step`: 0 nothing, 1 proposal, 2 prevote, 3 precommit (CometBFT privval/file.go). */
export interface SignedPosition {
  readonly height: bigint;
  readonly round: number;
  readonly step: number;
}

/** Signs for one validator and refuses height/round/step regressions by itself, durable before a signature leaves. */
export interface Signer {
  readonly publicKey: Uint8Array;
  readonly address: Uint8Array;
  /** The latest that was signed, height 0 when nothing was. Without it the engine cannot tell whether the log forgot a lock. */
  readonly lastSigned?: SignedPosition;
  /** Throws SignerError on a regression or on a conflicting message. The timestamp may be that of the earlier, equal message. */
  signVote(chainId: string, vote: Omit<Vote, 'signature'>): Promise<Vote>;
  signProposal(chainId: string, proposal: Omit<Proposal, 'signature'>): Promise<Proposal>;
}

export interface StoredBlock {
  readonly block: Block;
  readonly blockId: BlockID;
  /** +2/3 precommits for this block as seen by this node (not the canonical LastCommit of the next header). */
  readonly seenCommit: Commit;
  readonly parts: readonly Part[];
}

/** Key-value store used for blocks and consensus state; one atomic durable batch per call. */
export interface KeyValueStore {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Atomic; durable on return when `sync`. */
  write(ops: readonly KeyValueOp[], options: {sync: boolean}): Promise<void>;
  /** Ascending by key, from `gte` (inclusive) to `lt` (exclusive), as the store is at the first step: later writes are not seen. */
  range(gte: Uint8Array, lt: Uint8Array, options?: {reverse?: boolean; limit?: number}): AsyncIterable<readonly [Uint8Array, Uint8Array]>;
  close(): Promise<void>;
}

export type KeyValueOp =
  | {readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array}
  | {readonly type: 'del'; readonly key: Uint8Array};

/**
 * The stores of blocks, consensus state and application, when they can hold what is written: block sync then needs a disk once for many
 * blocks. What is held can be read; it is on disk in the order blocks and state, application, and each of them as a whole or not at all.
 */
export interface WriteGroup {
  /** Of keys and values that the next flush will write. */
  readonly heldBytes: number;
  /** From now on every write is held, whatever durability it asks for. */
  open(): void;
  /** Durable when it resolves: all that was written before the call. What is written meanwhile is held. */
  flush(): Promise<void>;
  /** The last flush; writes to come are not held. */
  close(): Promise<void>;
}

/** A message, and who is said to have signed it. */
export interface SignedMessage {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Are all of these signatures right? Away from the thread that runs consensus. */
export type VerifySignatures = (signed: readonly SignedMessage[]) => Promise<boolean>;

/** Where proposals take their transactions from. */
export interface TransactionSource {
  /** In the order in which they should stand in the block. */
  reap(maxBytes: bigint, maxGas: bigint): readonly Uint8Array[];
  hasTransactions(): boolean;
  /** Called when the pool goes from empty to not empty (or gains work after a block). Returns an unsubscribe function. */
  onAvailable(fn: () => void): () => void;
  /** After commit of a block, before the next proposal is built. */
  update(height: bigint, txs: readonly Uint8Array[], results: readonly ExecTxResult[]): Promise<void>;
}

/** This node's own chain, which evidence is judged against. */
export interface EvidenceChain {
  loadBlockMeta(height: bigint): BlockMeta | undefined;
  /** Of the block: what it commits. */
  loadEvidence(height: bigint): readonly Evidence[] | undefined;
  /** The canonical commit: the one that stands in the block after. */
  loadCommit(height: bigint): Commit | undefined;
  /** Keys and powers; the proposer priorities may be those of another height. */
  loadValidators(height: bigint): ValidatorSet | undefined;
}

/** Why evidence is not taken. */
export interface EvidenceRefusal {
  /**
   * invalid: no honest peer vouches for it.
   * unknown: it speaks of heights that are not here: still to come, before a state sync, or pruned.
   * mismatch: an attack is proven, but not who took part in it, as seen from this height.
   * expired: older than both age limits.
   * committed: it stands in an earlier block, or twice in this one.
   * full: there is no room in the pool, or never will be in a block.
   */
  readonly kind: 'invalid' | 'unknown' | 'mismatch' | 'expired' | 'committed' | 'full';
  readonly problem: string;
}

/** Evidence that awaits its block. Implemented by `#consensus/evidence`; source: CometBFT `evidence/pool.go`. */
export interface EvidencePool {
  /** Once, after the handshake. Takes in what blocks committed without this pool hearing of it (a crash in between, a state sync). */
  start(chain: EvidenceChain, state: ConsensusState): Promise<void>;
  /** For a proposal: oldest first, at most `maxBytes` as they stand in a block. */
  pending(maxBytes: bigint): readonly Evidence[];
  /** May all of this stand in the next block? A function of the evidence and of the chain, the same on every node that has the heights. */
  check(evidence: readonly Evidence[]): EvidenceRefusal | undefined;
  /** Two votes of one validator whose signatures were verified; evidence is made of them when their height is decided. */
  reportConflictingVotes(voteA: Vote, voteB: Vote): void;
  /** After commit of a block, with the state that follows from it. */
  update(state: ConsensusState, committed: readonly Evidence[]): Promise<void>;
  /** What a block before the first one that is here committed, as a backfill finds it, from the newest down. Durable before the header is. */
  committedEarlier(height: bigint, evidence: readonly Evidence[]): Promise<void>;
  /** From a peer or from RPC. Undefined: it is pending, or in a block already. */
  add(evidence: Evidence): Promise<EvidenceRefusal | undefined>;
}

/** Observers (telemetry, RPC). Must not throw; called after the fact. */
export interface EngineObserver {
  step(event: {height: bigint; round: number; step: string}): void;
  committed(event: CommittedEvent): void;
  halted(error: Error): void;
  /** Steps of the algorithm as they happen, for subscribers of the RPC. */
  consensus?(event: ConsensusEvent): void;
  /** Consensus gives way to block sync, or the other way round. `height`: the last block at that moment. */
  phase?(event: {phase: EnginePhase; height: bigint}): void;
  /** This validator stayed silent: what it was to sign would conflict with what its key has signed. */
  signerRefused?(error: SignerError): void;
  /** Two votes of this validator's own key conflict: another node signs with it, or its signing state was lost. */
  ownEquivocation?(event: {height: bigint; round: number}): void;
}

/** A block that was decided and executed here, by consensus or in block sync. */
export interface CommittedEvent {
  readonly block: Block;
  readonly blockId: BlockID;
  readonly blockBytes: number;
  readonly seenCommit: Commit;
  readonly txResults: readonly ExecTxResult[];
  readonly appHash: Uint8Array;
  /** Who decided it. */
  readonly validators: ValidatorSet;
  /** Who signed the LastCommit in it; undefined at the first height. */
  readonly lastValidators: ValidatorSet | undefined;
}

/** What an engine that runs is doing: deciding blocks, or fetching those that others decided. */
export type EnginePhase = 'consensus' | 'blockSync';

/** CometBFT's consensus events (`types/events.go`) that a node can see of the algorithm. */
export type ConsensusEvent =
  | {readonly type: 'vote'; readonly vote: Vote}
  /** The proposal of the round is here in full, and valid. */
  | {readonly type: 'completeProposal'; readonly height: bigint; readonly round: number; readonly step: string; readonly blockId: BlockID}
  | {
      readonly type: 'timeoutPropose' | 'timeoutWait' | 'polka' | 'validBlock' | 'lock' | 'relock';
      readonly height: bigint;
      readonly round: number;
      readonly step: string;
    };
