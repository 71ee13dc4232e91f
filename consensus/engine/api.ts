/** What a node hands to the consensus engine and what it gets back. The class is in `engine.ts`. */
import type {AbciEvent, BlockID, Commit, ConsensusParams, ExecTxResult, GenesisDoc, Proposal, Timestamp, Validator, ValidatorSet, ValidatorUpdate} from '#proto';
import type {RoundState, TimeoutOptions} from '#consensus/core';
import type {Application} from './application.ts';
import type {Clock, EngineObserver, EvidencePool, EvidenceRefusal, KeyValueStore, Logger, LogStore, PeerNetwork, Signer, TransactionSource, VerifySignatures, WriteGroup} from './ports.ts';

export interface EngineOptions {
  readonly timeouts: TimeoutOptions;
  /**
   * How long to wait after a commit for the precommits that are still missing, and for transactions to join the one empty block
   * that follows a block with transactions. Skipped as soon as all precommits are in, or work is pending.
   */
  readonly commitMs: number;
  /** Time between empty blocks when there is no work. */
  readonly emptyBlockIntervalMs: number;
  readonly gossip: GossipOptions;
  /**
   * Refuse to start when this validator's key signed one of the so many newest commits (CometBFT double_sign_check_height): another
   * node may run with it. Default 0: do not look.
   */
  readonly doubleSignCheckHeight?: bigint;
}

export interface GossipOptions {
  /** Period of the repair tick, which sends again what a peer that makes no progress seems to lack. */
  readonly repairIntervalMs: number;
  /** Delay before a message of another validator is passed on: in a full mesh the peer has it by then. */
  readonly relayDelayMs: number;
}

export const DEFAULT_ENGINE_OPTIONS: EngineOptions = {
  timeouts: {
    proposeMs: 3000,
    proposeDeltaMs: 500,
    prevoteMs: 1000,
    prevoteDeltaMs: 500,
    precommitMs: 1000,
    precommitDeltaMs: 500,
  },
  commitMs: 100,
  emptyBlockIntervalMs: 10_000,
  gossip: {repairIntervalMs: 500, relayDelayMs: 100},
};

export interface EngineModules {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly network: PeerNetwork;
  /** Absent on a full node, which follows and verifies but never votes. */
  readonly signer?: Signer;
  readonly wal: LogStore;
  readonly blockDb: KeyValueStore;
  /** Consensus state and block results. Default: `blockDb`; the key spaces are apart. */
  readonly stateDb?: KeyValueStore;
  /** Of `blockDb`, `stateDb` and the application's store. Without one, every synced block is made durable by itself. */
  readonly writeGroup?: WriteGroup;
  /** For the commits of synced blocks. Without it they are verified on the thread that applies blocks. */
  readonly verifySignatures?: VerifySignatures;
  readonly app: Application;
  readonly txs: TransactionSource;
  /** Without one, blocks with evidence are refused and double votes go unpunished. */
  readonly evidence?: EvidencePool;
  readonly observer: EngineObserver;
  readonly genesis: GenesisDoc;
}

/** The answer to evidence that RPC hands in: its hash, or what is wrong with it. */
export type EvidenceSubmission = {readonly hash: Uint8Array} | {readonly refusal: EvidenceRefusal};

/** What FinalizeBlock answered for a height. */
export interface BlockResults {
  readonly height: bigint;
  readonly txResults: readonly ExecTxResult[];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  readonly consensusParamUpdates?: ConsensusParams;
  readonly appHash: Uint8Array;
  readonly events?: readonly AbciEvent[];
}

/** All that is known of the height being decided; immutable. For `dump_consensus_state` and `consensus_state`. */
export interface ConsensusDump {
  readonly round: RoundState;
  readonly validators: ValidatorSet;
  /** Of the current round. */
  readonly proposer: Validator;
  readonly lastValidators: ValidatorSet | undefined;
  readonly lastBlockTime: Timestamp;
  readonly peers: readonly PeerRoundState[];
}

/** Where a peer is, as far as it told us. */
export interface PeerRoundState {
  readonly id: string;
  readonly height: bigint;
  /** -1: not known. */
  readonly round: number;
  /** CometBFT's number of the step. */
  readonly step: number;
  readonly hasProposal: boolean;
  /** Which votes of its round it has, by validator; undefined where we know nothing. */
  readonly prevotes: readonly boolean[] | undefined;
  readonly precommits: readonly boolean[] | undefined;
}

/** A copy of the round state for `dump_consensus_state`, telemetry and tests. */
export interface RoundStateSnapshot {
  /** The height being decided. */
  readonly height: bigint;
  readonly round: number;
  readonly step: string;
  readonly proposal: Proposal | undefined;
  readonly lockedRound: number;
  readonly lockedBlockId: BlockID | undefined;
  readonly validRound: number;
  readonly validBlockId: BlockID | undefined;
  readonly lastCommit: Commit | undefined;
}
