/**
 * Builds, checks and applies blocks: the only caller of the application while consensus runs.
 * Source: CometBFT `state/execution.go`.
 */
import {
  BLOCK_PROTOCOL,
  blockToPartSet,
  commitHash,
  consensusParamsHash,
  dataHash,
  encodeCommit,
  evidenceHash,
  framedBytes,
  headerHash,
  NIL_BLOCK_ID,
  type Block,
  type BlockID,
  type Commit,
  type Evidence,
  type ExecTxResult,
  type PartSet,
} from '#proto';
import {isEvidenceExpired, medianTime, type Problem, type VerifyVote} from '#consensus/core';
import type {Application, FinalizeBlockRequest, FinalizeBlockResponse} from '../application.ts';
import {EngineError} from '../errors.ts';
import {BLOCK_BYTES_MAX, BLOCK_OVERHEAD_BYTES, PRUNED_BLOCKS_PER_COMMIT_MAX} from '../limits.ts';
import type {EvidencePool, Logger, TransactionSource} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import {stateAfterBlock, type ConsensusState} from '../store/state.ts';
import type {StateStore} from '../store/stateStore.ts';
import {evidenceBytes, misbehaviorOf} from './evidence.ts';
import {hashOf, refuseEvidence, validateBlock, type CheckEvidence} from './validation.ts';

export interface AppliedBlock {
  readonly state: ConsensusState;
  readonly txResults: readonly ExecTxResult[];
}

export interface ProposedBlock {
  readonly block: Block;
  readonly blockId: BlockID;
  readonly partSet: PartSet;
  readonly size: number;
}

/** The last commit of the first block. */
const EMPTY_COMMIT: Commit = {height: 0n, round: 0, blockId: NIL_BLOCK_ID, signatures: []};

export interface BlockExecutorModules {
  readonly app: Application;
  readonly txs: TransactionSource;
  readonly stateStore: StateStore;
  readonly blockStore: BlockStore;
  readonly evidence: EvidencePool | undefined;
  readonly logger: Logger;
}

export class BlockExecutor {
  private readonly modules: BlockExecutorModules;

  constructor(modules: BlockExecutorModules) {
    this.modules = modules;
  }

  /** A block of what is pending, on top of `state`. No `lastCommit` at the initial height. */
  async createProposal(state: ConsensusState, seenCommit: Commit | undefined, proposerAddress: Uint8Array): Promise<ProposedBlock> {
    const lastCommit = seenCommit ?? EMPTY_COMMIT;
    const {app, txs} = this.modules;
    const {maxBytes, maxGas} = state.consensusParams.block;
    const height = nextHeight(state);
    const limit = maxBytes === -1n ? BigInt(BLOCK_BYTES_MAX) : maxBytes;
    const maxDataBytes = limit - BigInt(BLOCK_OVERHEAD_BYTES) - BigInt(encodeCommit(lastCommit).length);
    if (maxDataBytes <= 0n) throw new EngineError('INVARIANT', 'the commit alone is larger than a block may be');
    const evidence = this.pendingEvidence(state, maxDataBytes);
    const maxTxBytes = maxDataBytes - evidenceBytes(evidence);
    const time = height === state.initialHeight ? state.lastBlockTime : medianTime(lastCommit, requireLastValidators(state));
    const pending = txs.reap(maxTxBytes, maxGas);
    // A copy: the block must not change with whatever list the application or the pool keeps.
    const chosen = [...(await app.prepareProposal({maxTxBytes, txs: pending, height, time, proposerAddress}))];
    const size = chosen.reduce((sum, tx) => sum + BigInt(framedBytes(tx.length)), 0n);
    if (size > maxTxBytes) throw new EngineError('APPLICATION', `PrepareProposal returned ${size} bytes, limit ${maxTxBytes}`);
    const block: Block = {
      header: {
        version: {block: BLOCK_PROTOCOL, app: state.consensusParams.version.app},
        chainId: state.chainId,
        height,
        time,
        lastBlockId: state.lastBlockId,
        lastCommitHash: commitHash(lastCommit),
        dataHash: dataHash(chosen),
        validatorsHash: hashOf(state.validators),
        nextValidatorsHash: hashOf(state.nextValidators),
        consensusHash: consensusParamsHash(state.consensusParams),
        appHash: state.appHash,
        lastResultsHash: state.lastResultsHash,
        evidenceHash: evidenceHash(evidence),
        proposerAddress,
      },
      txs: chosen,
      evidence,
      lastCommit,
    };
    return {block, ...blockToPartSet(block)};
  }

  /** Evidence comes before transactions, as far as the parameters and the block have room. */
  private pendingEvidence({consensusParams}: ConsensusState, maxDataBytes: bigint): readonly Evidence[] {
    const {maxBytes} = consensusParams.evidence;
    return this.modules.evidence?.pending(maxBytes < maxDataBytes ? maxBytes : maxDataBytes) ?? [];
  }

  /**
   * Of a block that +2/3 accepted: without the application's opinion. Evidence of heights that this node does not have (it began
   * later) is taken on the word of the others; evidence that it can refute is not.
   */
  validate(state: ConsensusState, block: Block, verify?: VerifyVote): Problem {
    return validateBlock(state, block, {
      verify,
      checkEvidence: (evidence) => {
        const refusal = this.checkEvidence(evidence);
        return refusal?.kind === 'unknown' ? undefined : refusal;
      },
    });
  }

  private readonly checkEvidence: CheckEvidence = (evidence) => {
    const {evidence: pool} = this.modules;
    return pool === undefined ? refuseEvidence(evidence) : pool.check(evidence);
  };

  /** valid(v) of the paper: undefined when it is. */
  async checkProposal(state: ConsensusState, block: Block, verify?: VerifyVote): Promise<Problem> {
    const problem = validateBlock(state, block, {verify, checkEvidence: this.checkEvidence});
    if (problem !== undefined) return problem;
    const {header, txs} = block;
    const accepted = await this.modules.app.processProposal({
      txs,
      hash: headerHash(header),
      height: header.height,
      time: header.time,
      proposerAddress: header.proposerAddress,
    });
    return accepted ? undefined : 'the application refuses it';
  }

  /**
   * Executes a decided block that is in the block store, commits it in the application, then in the state store. `durableHeight`: the
   * height that a crash may take the application back to; blocks after it are needed then. Default: the block's own.
   */
  async apply(state: ConsensusState, blockId: BlockID, block: Block, durableHeight = block.header.height): Promise<AppliedBlock> {
    const {app, stateStore, txs, evidence} = this.modules;
    const response = await app.finalizeBlock(finalizeRequest(block, blockId));
    checkResponse(block, response);
    await stateStore.saveResponse(block.header.height, response);
    const next = stateAfterBlock(state, blockId, block.header, response);
    const {retainHeight} = await app.commit();
    await stateStore.save(next, {sync: false});
    await evidence?.update(next, block.evidence);
    await txs.update(block.header.height, block.txs, response.txResults);
    if (retainHeight > 0n) await this.prune(next, retainHeight <= durableHeight ? retainHeight : durableHeight + 1n);
    return {state: next, txResults: response.txResults};
  }

  /** What was answered to a block goes before the block: a crash in between leaves the block, and both to be found again. */
  private async prune(state: ConsensusState, retainHeight: bigint): Promise<void> {
    const {blockStore, stateStore} = this.modules;
    const end = pruneEnd(this.modules, state, retainHeight);
    if (blockStore.base === 0n || end <= blockStore.base) return;
    await stateStore.pruneResponses(blockStore.base, end);
    await blockStore.prune(end);
  }
}

/**
 * Up to where blocks may go: below `retainHeight`, a bounded number at a time, and none that evidence may still speak of. Its headers,
 * commits and validators have to be here for as long as it does not expire (CometBFT BlockStore.PruneBlocks keeps these alone).
 */
function pruneEnd({blockStore}: BlockExecutorModules, state: ConsensusState, retainHeight: bigint): bigint {
  const {base} = blockStore;
  const bound = base + PRUNED_BLOCKS_PER_COMMIT_MAX;
  const now = {height: state.lastBlockHeight, time: state.lastBlockTime};
  for (let height = base; ; height++) {
    const header = blockStore.loadBlockMeta(height)?.header;
    const isWanted = header !== undefined && !isEvidenceExpired(state.consensusParams, now, {height, time: header.time});
    if (isWanted || height >= retainHeight || height >= bound || height >= now.height) return height;
  }
}

export function nextHeight(state: ConsensusState): bigint {
  return state.lastBlockHeight === 0n ? state.initialHeight : state.lastBlockHeight + 1n;
}

export function requireLastValidators(state: ConsensusState): NonNullable<ConsensusState['lastValidators']> {
  if (state.lastValidators === undefined) throw new EngineError('INVARIANT', 'a block was decided, but not who decided it');
  return state.lastValidators;
}

export function finalizeRequest(block: Block, blockId: BlockID): FinalizeBlockRequest {
  const {header} = block;
  return {
    txs: block.txs,
    decidedLastCommit: block.lastCommit,
    misbehavior: misbehaviorOf(block.evidence),
    evidence: block.evidence,
    hash: blockId.hash,
    height: header.height,
    time: header.time,
    nextValidatorsHash: header.nextValidatorsHash,
    proposerAddress: header.proposerAddress,
  };
}

export function checkResponse(block: Block, response: FinalizeBlockResponse): void {
  if (response.txResults.length !== block.txs.length) {
    throw new EngineError(
      'APPLICATION',
      `FinalizeBlock answered ${response.txResults.length} results for ${block.txs.length} transactions`,
    );
  }
}
