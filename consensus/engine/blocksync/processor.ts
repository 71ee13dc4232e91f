/**
 * Verifies and applies what the pool fetches, in the order that the handshake expects after a crash: block store, application, state
 * store. They become durable in groups, and observers hear of a block once it is. Source: CometBFT blocksync/reactor.go (poolRoutine).
 */
import type {Commit} from '#proto';
import {EngineError} from '../errors.ts';
import type {BlockExecutor} from '../execution/blockExecutor.ts';
import type {Clock, CommittedEvent, EngineObserver, Logger, VerifySignatures, WriteGroup} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';
import type {ConsensusState} from '../store/state.ts';
import {CommitVerifier} from './commitVerifier.ts';
import {BLOCKS_PER_TURN, GROUP_BLOCKS_MAX, GROUP_BYTES_MAX, GROUP_HELD_BYTES_MAX, STALL_TICKS, VERIFY_AHEAD_MAX} from './limits.ts';
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
  readonly writeGroup?: WriteGroup;
  readonly verifySignatures?: VerifySignatures;
}

export class BlockProcessor {
  private readonly modules: ProcessorModules;
  private readonly verifier: CommitVerifier;
  private state: ConsensusState;
  /** Its signatures were verified. */
  private verifiedCommit: Commit | undefined;
  /** Applied, and not durable yet. */
  private held: CommittedEvent[] = [];
  private heldBytes = 0;
  /** Up to here, blocks are durable in every store. */
  private durableHeight: bigint;
  /** The group before, while it is being written. */
  private flushing: Promise<void> = Promise.resolve();
  private wake: (() => void) | undefined;
  private isEnding = false;
  private idleTicks = 0;

  constructor(modules: ProcessorModules, chain: ConsensusState) {
    this.modules = modules;
    this.state = chain;
    this.durableHeight = chain.lastBlockHeight;
    this.verifier = new CommitVerifier(chain.chainId, modules.verifySignatures);
  }

  /** After the last block that was applied. */
  get chain(): ConsensusState {
    return this.state;
  }

  /**
   * Applies blocks until no peer has more, or none has come for long, or it is told to end. All of them are durable when it resolves.
   * @throws EngineError when +2/3 decided what is invalid here; whatever application and stores throw.
   */
  async run(): Promise<void> {
    const {writeGroup} = this.modules;
    writeGroup?.open();
    try {
      await this.applyAll();
    } finally {
      const {held} = this;
      this.held = [];
      try {
        await this.flushing;
      } finally {
        // Also after a failure: it says so to all who wait, and to all who write.
        await writeGroup?.close();
      }
      this.tell(held);
    }
  }

  private async applyAll(): Promise<void> {
    const {pool, clock} = this.modules;
    for (let count = 0; !this.isEnding; ) {
      const pair = pool.pair();
      if (pair === undefined) {
        if (pool.isCaughtUp) return;
        if (this.idleTicks > STALL_TICKS) return pool.stalled();
        await this.flush();
        // What came during the flush wakes nobody.
        if (pool.pair() === undefined && !this.isEnding) await new Promise<void>((resolve) => (this.wake = resolve));
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
    const problem = await this.verifier.problemOf(pair, this.state.validators);
    if (problem !== undefined) {
      logger.warn({height: first.height, peers: [first.peer, second.peer], problem}, 'a synced block is not proven by the next');
      this.verifier.forget();
      return pool.redo(first, second, problem);
    }
    const isVerified = first.block.lastCommit === this.verifiedCommit;
    const invalid = executor.validate(this.state, first.block, isVerified ? () => true : undefined);
    if (invalid !== undefined) {
      throw new EngineError('INVARIANT', `+2/3 of the validators decided block ${first.height}, which is invalid here: ${invalid}. This node runs other software than they do, or its data is damaged`);
    }
    this.verifiedCommit = second.block.lastCommit;
    const applying = this.apply(pair);
    try {
      this.verifyAhead(this.state.nextValidators);
    } finally {
      await applying;
    }
    this.idleTicks = 0;
    pool.advance(first);
    if (this.isGroupFull()) await this.flush();
  }

  /** While the block is being applied. `validators`: who decides the next height. */
  private verifyAhead(validators: ConsensusState['validators']): void {
    const {pool, verifySignatures} = this.modules;
    // On this thread, no more than is needed next.
    const end = verifySignatures === undefined ? 1n : VERIFY_AHEAD_MAX;
    for (let ahead = 1n; ahead <= end; ahead++) {
      const pair = pool.pair(ahead);
      if (pair !== undefined) this.verifier.begin(pair, validators);
    }
  }

  private async apply({first, second}: BlockPair): Promise<void> {
    const {blockStore, executor, isOneDatabase, writeGroup} = this.modules;
    const {height, block, blockId, partSet, size} = first;
    const seenCommit = second.block.lastCommit;
    const meta = {blockId, blockSize: BigInt(size), header: block.header, numTxs: BigInt(block.txs.length)};
    if (blockStore.height < height) await blockStore.save(block, partSet, meta, seenCommit, {sync: !isOneDatabase});
    const {validators, lastValidators} = this.state;
    const {state, txResults} = await executor.apply(this.state, blockId, block, writeGroup === undefined ? height : this.durableHeight);
    this.state = state;
    this.held.push({block, blockId, blockBytes: size, seenCommit, txResults, appHash: state.appHash, validators, lastValidators});
    this.heldBytes += size;
  }

  private isGroupFull(): boolean {
    const {writeGroup} = this.modules;
    if (writeGroup === undefined || this.held.length >= GROUP_BLOCKS_MAX || this.heldBytes >= GROUP_BYTES_MAX) return true;
    return writeGroup.heldBytes >= GROUP_HELD_BYTES_MAX;
  }

  /** Begins to make durable what was applied. Blocks go on meanwhile, unless the group before is still being written. */
  private async flush(): Promise<void> {
    await this.flushing;
    const {held} = this;
    const {writeGroup} = this.modules;
    // Others write into the group too: evidence, headers from before a snapshot.
    if (held.length === 0 && (writeGroup === undefined || writeGroup.heldBytes === 0)) return;
    this.held = [];
    this.heldBytes = 0;
    if (writeGroup === undefined) return this.tell(held);
    this.flushing = writeGroup.flush().then(() => this.tell(held));
    // The next flush, or the end, hears of a failure.
    this.flushing.catch(() => undefined);
  }

  private tell(blocks: readonly CommittedEvent[]): void {
    this.durableHeight = blocks.at(-1)?.block.header.height ?? this.durableHeight;
    for (const block of blocks) this.modules.observer.committed(block);
  }
}
