/** A chain to judge evidence against, and the crimes on it. */
import {
  blockIdKey,
  DEFAULT_CONSENSUS_PARAMS,
  EMPTY_BYTES,
  evidenceHash,
  sha256,
  utf8,
  voteSignBytes,
  VoteType,
  type BlockID,
  type ConsensusParams,
  type DuplicateVoteEvidence,
  type Evidence,
  type LightBlock,
  type LightClientAttackEvidence,
  type Vote,
} from '#proto';
import {byzantineValidators, indexOfValidator} from '#consensus/core';
import type {ConsensusState, EvidenceChain, Logger} from '#consensus/engine';
import {createDuplicateVoteEvidence} from '#consensus/evidence';
import {CHAIN_ID, keyOf, LightChain, setOf, steady} from '../../../support/light-chain.ts';

export const NAMES = ['ann', 'bob', 'cas', 'dee'] as const;
export const HEIGHT = 20;
export const PARAMS: ConsensusParams = {
  ...DEFAULT_CONSENSUS_PARAMS,
  evidence: {maxAgeNumBlocks: 10n, maxAgeDurationNs: 30_000_000_000n, maxBytes: 100_000n},
};
/** One block a second. */
export const CHAIN = new LightChain({heights: HEIGHT, powersAt: steady(...NAMES)});
export const SILENT: Logger = {debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined};

export interface ChainExtras {
  readonly committed?: ReadonlyMap<bigint, readonly Evidence[]>;
  /** Lowest height that is here. */
  readonly base?: bigint;
}

/** What a node that followed `chain` has stored. */
export function storesOf(chain: LightChain, extras: ChainExtras = {}): EvidenceChain {
  const {committed = new Map<bigint, readonly Evidence[]>(), base = 1n} = extras;
  const at = (height: bigint): LightBlock | undefined => (height < base || height > BigInt(chain.height) ? undefined : chain.at(height));
  const headerOf = (height: bigint, block: LightBlock) => {
    const evidence = committed.get(height);
    return evidence === undefined ? block.signedHeader.header : {...block.signedHeader.header, evidenceHash: evidenceHash(evidence)};
  };
  return {
    loadBlockMeta: (height) => {
      const block = at(height);
      return block === undefined
        ? undefined
        : {blockId: block.signedHeader.commit.blockId, blockSize: 0n, header: headerOf(height, block), numTxs: 0n};
    },
    loadEvidence: (height) => (at(height) === undefined ? undefined : (committed.get(height) ?? [])),
    loadCommit: (height) => at(height)?.signedHeader.commit,
    loadValidators: (height) => at(height)?.validatorSet,
  };
}

/** After block `height` of the chain. */
export function stateOf(chain: LightChain, height = chain.height, changes: Partial<ConsensusState> = {}): ConsensusState {
  const {signedHeader, validatorSet} = chain.at(height);
  return {
    chainId: chain.chainId,
    initialHeight: 1n,
    lastBlockHeight: BigInt(height),
    lastBlockId: signedHeader.commit.blockId,
    lastBlockTime: signedHeader.header.time,
    nextValidators: validatorSet,
    validators: validatorSet,
    lastValidators: validatorSet,
    lastHeightValidatorsChanged: 1n,
    consensusParams: PARAMS,
    lastHeightConsensusParamsChanged: 1n,
    lastResultsHash: EMPTY_BYTES,
    appHash: EMPTY_BYTES,
    ...changes,
  };
}

export function blockIdOf(name: string): BlockID {
  return {hash: sha256(utf8(name)), partSetHeader: {total: 1, hash: sha256(utf8(`parts of ${name}`))}};
}

export function signedVote(name: string, height: number, blockId: BlockID, changes: Partial<Vote> = {}): Vote {
  const set = setOf(Object.fromEntries(NAMES.map((each) => [each, 10n])));
  const unsigned: Vote = {
    type: VoteType.Precommit,
    height: BigInt(height),
    round: 0,
    blockId,
    timestamp: CHAIN.time(height),
    validatorAddress: keyOf(name).address,
    validatorIndex: indexOfValidator(set, keyOf(name).address),
    signature: EMPTY_BYTES,
    ...changes,
  };
  return {...unsigned, signature: keyOf(name).sign(voteSignBytes(CHAIN_ID, unsigned))};
}

/** `name` voted for two blocks; `salt` makes it another crime. */
export function doubleVote(name: string, height: number, salt = ''): DuplicateVoteEvidence {
  const votes = ['one', 'other'].map((block) => signedVote(name, height, blockIdOf(`${block}${salt}`)));
  const {validatorSet, signedHeader} = CHAIN.at(height);
  return createDuplicateVoteEvidence(votes[0]!, votes[1]!, signedHeader.header.time, validatorSet)!;
}

/** With the votes in canonical order, whatever was done to them. */
export function ordered(evidence: DuplicateVoteEvidence): DuplicateVoteEvidence {
  const {voteA, voteB} = evidence;
  return blockIdKey(voteA.blockId) < blockIdKey(voteB.blockId) ? evidence : {...evidence, voteA: voteB, voteB: voteA};
}

/** As an honest light client would report it. */
export function attackOf(conflictingBlock: LightBlock, commonHeight: number, chain = CHAIN): LightClientAttackEvidence {
  const common = chain.at(commonHeight);
  const height = Number(conflictingBlock.signedHeader.header.height);
  const trusted = chain.at(Math.min(height, chain.height));
  return {
    type: 'lightClientAttack',
    conflictingBlock,
    commonHeight: BigInt(commonHeight),
    byzantineValidators: byzantineValidators(conflictingBlock, common.validatorSet, trusted.signedHeader),
    totalVotingPower: common.validatorSet.totalVotingPower,
    timestamp: common.signedHeader.header.time,
  };
}
