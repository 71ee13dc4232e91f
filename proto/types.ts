/**
 * The vocabulary of the chain: what CometBFT 0.38 calls `types`. Plain readonly data; encodings are in the sibling files.
 * Sources: CometBFT spec `spec/core/data_structures.md`, `proto/tendermint/types/*.proto`.
 */

/** UTC time. `nanos` in [0, 1e9). Go's zero time (year 1) is `ZERO_TIME`. */
export interface Timestamp {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** Go's `time.Time{}`: 0001-01-01T00:00:00Z; the timestamp of an absent CommitSig. */
export const ZERO_TIME: Timestamp = {seconds: -62135596800n, nanos: 0};

export interface PartSetHeader {
  readonly total: number;
  /** 32 bytes, or empty in a nil BlockID. */
  readonly hash: Uint8Array;
}

/** A nil BlockID has an empty hash and a zero part set header. */
export interface BlockID {
  readonly hash: Uint8Array;
  readonly partSetHeader: PartSetHeader;
}

export interface ConsensusVersion {
  readonly block: bigint;
  readonly app: bigint;
}

export interface Header {
  readonly version: ConsensusVersion;
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly lastBlockId: BlockID;
  readonly lastCommitHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  /** 20 bytes. */
  readonly proposerAddress: Uint8Array;
}

export const BlockIDFlag = {Absent: 1, Commit: 2, Nil: 3} as const;
export type BlockIDFlag = (typeof BlockIDFlag)[keyof typeof BlockIDFlag];

export interface CommitSig {
  readonly blockIdFlag: BlockIDFlag;
  readonly validatorAddress: Uint8Array;
  readonly timestamp: Timestamp;
  readonly signature: Uint8Array;
}

export interface Commit {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID;
  readonly signatures: readonly CommitSig[];
}

export const VoteType = {Prevote: 1, Precommit: 2} as const;
export type VoteType = (typeof VoteType)[keyof typeof VoteType];

export interface Vote {
  readonly type: VoteType;
  readonly height: bigint;
  readonly round: number;
  /** nil when the hash is empty. */
  readonly blockId: BlockID;
  readonly timestamp: Timestamp;
  readonly validatorAddress: Uint8Array;
  readonly validatorIndex: number;
  readonly signature: Uint8Array;
}

export interface Proposal {
  readonly height: bigint;
  readonly round: number;
  /** -1 when there is no proof of lock. */
  readonly polRound: number;
  readonly blockId: BlockID;
  readonly timestamp: Timestamp;
  readonly signature: Uint8Array;
}

/** RFC 6962-style proof of inclusion (CometBFT crypto/merkle). */
export interface MerkleProof {
  readonly total: bigint;
  readonly index: bigint;
  readonly leafHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
}

export interface Part {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly proof: MerkleProof;
}

/** ed25519, 32 bytes. The only consensus key type of this chain. */
export interface PublicKey {
  readonly type: 'ed25519';
  readonly bytes: Uint8Array;
}

export interface Validator {
  /** 20 bytes: first 20 of sha256(public key). */
  readonly address: Uint8Array;
  readonly publicKey: PublicKey;
  readonly votingPower: bigint;
  readonly proposerPriority: bigint;
}

/** Validators in CometBFT order: by voting power descending, then by address ascending. */
export interface ValidatorSet {
  readonly validators: readonly Validator[];
  readonly proposer: Validator;
  readonly totalVotingPower: bigint;
}

export interface DuplicateVoteEvidence {
  readonly type: 'duplicateVote';
  readonly voteA: Vote;
  readonly voteB: Vote;
  readonly totalVotingPower: bigint;
  readonly validatorPower: bigint;
  readonly timestamp: Timestamp;
}

export interface SignedHeader {
  readonly header: Header;
  readonly commit: Commit;
}

export interface LightBlock {
  readonly signedHeader: SignedHeader;
  readonly validatorSet: ValidatorSet;
}

export interface LightClientAttackEvidence {
  readonly type: 'lightClientAttack';
  readonly conflictingBlock: LightBlock;
  readonly commonHeight: bigint;
  readonly byzantineValidators: readonly Validator[];
  readonly totalVotingPower: bigint;
  readonly timestamp: Timestamp;
}

export type Evidence = DuplicateVoteEvidence | LightClientAttackEvidence;

export interface Block {
  readonly header: Header;
  readonly txs: readonly Uint8Array[];
  readonly evidence: readonly Evidence[];
  /** Height 1 has a commit of height 0 without signatures. */
  readonly lastCommit: Commit;
}

export interface ConsensusParams {
  readonly block: {readonly maxBytes: bigint; readonly maxGas: bigint};
  readonly evidence: {
    readonly maxAgeNumBlocks: bigint;
    readonly maxAgeDurationNs: bigint;
    readonly maxBytes: bigint;
  };
  readonly validator: {readonly pubKeyTypes: readonly string[]};
  readonly version: {readonly app: bigint};
  readonly abci: {readonly voteExtensionsEnableHeight: bigint};
}

/** CometBFT genesis.json. `appState` is the execution layer's own document. */
export interface GenesisDoc {
  readonly genesisTime: Timestamp;
  readonly chainId: string;
  readonly initialHeight: bigint;
  readonly consensusParams: ConsensusParams;
  readonly validators: readonly GenesisValidator[];
  readonly appHash: Uint8Array;
  readonly appState: unknown;
}

export interface GenesisValidator {
  readonly address: Uint8Array;
  readonly publicKey: PublicKey;
  readonly power: bigint;
  readonly name: string;
}

/** The deterministic and the informative fields of an executed transaction (ABCI ExecTxResult). Only code, data, gasWanted and gasUsed are hashed. */
export interface ExecTxResult {
  readonly code: number;
  readonly data: Uint8Array;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly log: string;
  readonly codespace: string;
  /** Not hashed. Absent: none. */
  readonly events?: readonly AbciEvent[];
}

/** What a transaction or block did, by name, for indexes and subscribers (ABCI Event). */
export interface AbciEvent {
  readonly type: string;
  readonly attributes: readonly AbciEventAttribute[];
}

export interface AbciEventAttribute {
  readonly key: string;
  readonly value: string;
  /** true: searches find it. */
  readonly index: boolean;
}

/** An executed transaction and its place (ABCI TxResult). */
export interface TxResult {
  readonly height: bigint;
  readonly index: number;
  readonly tx: Uint8Array;
  readonly result: ExecTxResult;
}

export interface ValidatorUpdate {
  readonly publicKey: PublicKey;
  /** 0 removes the validator. */
  readonly power: bigint;
}
