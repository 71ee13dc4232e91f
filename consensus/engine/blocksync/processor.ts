/**
 * Verifies and applies what the pool fetches, in the order that the handshake expects after a crash: block store, application, state
 * store. While one block is being applied, the commit that proves the next is verified. Source: CometBFT blocksync/reactor.go (poolRoutine).
 */
import {verifyCommit, type Problem} from '#consensus/core';
import type {Commit} from '#proto';
import {EngineError} from '../errors.ts';
import type {BlockExecutor} from '../execution/blockExecutor.ts';
import type {Clock, EngineObserver, Logger} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import type {ConsensusState} from '../store/state.ts';
import {BLOCKS_PER_TURN, STALL_TICKS} from './limits.ts';
import type {BlockPair, BlockPool} from './pool.ts';

export interface ProcessorModules {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly executor: BlockExecutor;
  readonly blockStore: BlockStore;
  readonly observer: EngineObserver;
  readonly pool: BlockPool;
  /** Blocks and answers of the application are in one database: making the second durable makes the first so. */
  readonly isOneDatabase: boolean;
}

export class BlockProcessor {
  private readonly modules: ProcessorModules;
  private state: ConsensusState;
  /** Its signatures were verified. */
  private verifiedCommit: Commit | undefined;
  /** What is known of a pair before its turn. */
  private early: {readonly pair: BlockPair; readonly problem: Problem} | undefined;
  private wake: (() => void) | undefined;
  private isEnding = false;
  private idleTicks = 0;

  constructor(modules: ProcessorModules, chain: ConsensusState) {
    this.modules = modules;
    this.state = chain;
  }

  /** After the last block that was applied. */
  get chain(): ConsensusState {
    return this.state;
  }

  /**
   * Applies blocks until no peer has more, or none has come for long, or it is told to end.
   * @throws EngineError when +2/3 decided what is invalid here; whatever application and stores throw.
   */
  async run(): Promise<void> {
    const {pool, clock} = this.modules;
    for (let count = 0; !this.isEnding; ) {
      const pair = pool.pair();
      if (pair === undefined) {
        if (pool.isCaughtUp) return;
        if (this.idleTicks > STALL_TICKS) return pool.stalled();
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      await this.process(pair);
      count += 1;
      // The stores need not give way to anything else: RPC, peers and timers get a turn here.
      if (count % BLOCKS_PER_TURN === 0) await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
    }
  }

  /** The pool has something new, or time has passed. */
  changed(cause: 'pair' | 'status' | 'tick'): void {
    if (cause === 'tick') this.idleTicks += 1;
    this.wake?.();
    this.wake = undefined;
  }

  /** `run` resolves when the block under way is applied. */
  end(): void {
    this.isEnding = true;
    this.changed('status');
  }

  private async process(pair: BlockPair): Promise<void> {
    const {pool, executor, logger} = this.modules;
    const {first, second} = pair;
    const isKnown = this.early?.pair.first === first && this.early.pair.second === second;
    const problem = isKnown ? this.early!.problem : this.problemOf(pair, this.state.validators);
    this.early = undefined;
    if (problem !== undefined) {
      logger.warn({height: first.height, peers: [first.peer, second.peer], problem}, 'a synced block is not proven by the next');
      return pool.redo(first, second, problem);
    }
    const isVerified = first.block.lastCommit === this.verifiedCommit;
    const invalid = executor.validate(this.state, first.block, isVerified ? () => true : undefined);
    if (invalid !== undefined) {
      throw new EngineError('INVARIANT', `+2/3 of the validators decided block ${first.height}, which is invalid here: ${invalid}. This node runs other software than they do, or its data is damaged`);
    }
    this.verifiedCommit = second.block.lastCommit;
    const applying = this.apply(pair);
    const next = pool.pair(1n);
    try {
      // Who decides the next height has been known since the block before.
      if (next !== undefined) this.early = {pair: next, problem: this.problemOf(next, this.state.nextValidators)};
    } finally {
      await applying;
    }
    this.idleTicks = 0;
    pool.advance(first);
  }

  /** The second block's LastCommit proves the first. All of its signatures are verified: the second is invalid with a wrong one. */
  private problemOf({first, second}: BlockPair, validators: ConsensusState['validators']): Problem {
    return verifyCommit(this.state.chainId, validators, first.blockId, first.height, second.block.lastCommit);
  }

  private async apply({first, second}: BlockPair): Promise<void> {
    const {blockStore, executor, observer, isOneDatabase} = this.modules;
    const {height, block, blockId, partSet, size} = first;
    const seenCommit = second.block.lastCommit;
    const meta = {blockId, blockSize: BigInt(size), header: block.header, numTxs: BigInt(block.txs.length)};
    if (blockStore.height < height) await blockStore.save(block, partSet, meta, seenCommit, {sync: !isOneDatabase});
    const {validators, lastValidators} = this.state;
    const {state, txResults} = await executor.apply(this.state, blockId, block);
    this.state = state;
    observer.committed({block, blockId, blockBytes: size, seenCommit, txResults, appHash: state.appHash, validators, lastValidators});
  }
}
