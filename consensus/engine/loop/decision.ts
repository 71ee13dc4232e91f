/** What follows a decision: block store, end of height in the log, application, state store. In this order, so that the handshake can close any gap. */
import {VoteType, type Block, type BlockID, type Commit} from '#proto';
import {makeCommit, voteSetOf, type VoteSet} from '#consensus/core';
import {EngineError} from '../errors.ts';
import type {AppliedBlock, BlockExecutor} from '../execution/blockExecutor.ts';
import type {BlockStore} from '../store/blockStore.ts';
import type {LoopView} from './types.ts';
import type {Wal} from './wal.ts';

export interface DecisionModules {
  readonly blockStore: BlockStore;
  readonly executor: BlockExecutor;
  readonly wal: Wal;
}

export interface Decided extends AppliedBlock {
  readonly block: Block;
  readonly blockBytes: number;
  readonly seenCommit: Commit;
  readonly precommits: VoteSet;
}

/** @throws EngineError INVARIANT, and whatever application and stores throw: all of it halts consensus. */
export async function commitDecision(modules: DecisionModules, view: LoopView, round: number, blockId: BlockID): Promise<Decided> {
  const {blockStore, executor, wal} = modules;
  const {height} = view.round;
  const assembled = view.assembly.get(blockId);
  if (assembled?.block === undefined) throw new EngineError('INVARIANT', `block ${height} was decided but is not here`);
  const {block, partSet, size} = assembled;
  const precommits = voteSetOf(view.round.votes, round, VoteType.Precommit);
  const seenCommit = makeCommit(precommits);
  if (blockStore.height < height) {
    const meta = {blockId, blockSize: BigInt(size), header: block.header, numTxs: BigInt(block.txs.length)};
    await blockStore.save(block, partSet, meta, seenCommit);
  }
  wal.endHeight(height);
  const applied = await executor.apply(view.chain, blockId, block);
  return {...applied, block, blockBytes: size, seenCommit, precommits};
}
