/** How fast height follows height: what the start of the first round depends on, kept from block to block. */
import {toHex} from '#proto';
import type {VoteSet} from '#consensus/core';
import type {EngineOptions} from '../api.ts';
import type {Clock, TransactionSource} from '../ports.ts';
import type {ConsensusState} from '../store/state.ts';
import {StartTimer} from './start.ts';

export interface PaceModules {
  readonly clock: Clock;
  readonly txs: TransactionSource;
}

export class Pace {
  private readonly options: EngineOptions;
  private readonly txs: TransactionSource;
  private readonly timer: StartTimer;
  private lastBlockHadTransactions: boolean;
  private fruitlessBlocks = 0;
  /** The validator whose vote alone began this height before it was time. */
  private hastenedBy: string | undefined;
  /** Those who had an empty block made that way since the last block with transactions. */
  private readonly hasty = new Set<string>();

  /** `begin`: it is time for the first round. */
  constructor(options: EngineOptions, {clock, txs}: PaceModules, lastBlockHadTransactions: boolean, begin: () => void) {
    this.options = options;
    this.txs = txs;
    this.lastBlockHadTransactions = lastBlockHadTransactions;
    this.timer = new StartTimer(clock, begin);
  }

  /** New work was announced: earlier blocks that brought none of it say nothing about it. */
  worked(): void {
    this.fruitlessBlocks = 0;
  }

  /**
   * A validator's vote says that it has begun the height: there may be work that only it knows of. Once that was not so, its word alone
   * begins no height before there are transactions again, or it could keep empty blocks coming.
   */
  hasten(validator: Uint8Array): boolean {
    const name = toHex(validator);
    if (this.hasty.has(name)) return false;
    this.hastenedBy = name;
    return true;
  }

  decided(transactions: number): void {
    this.lastBlockHadTransactions = transactions > 0;
    if (this.lastBlockHadTransactions) this.hasty.clear();
    else if (this.hastenedBy !== undefined) this.hasty.add(this.hastenedBy);
    this.hastenedBy = undefined;
    const isFruitless = !this.lastBlockHadTransactions && this.txs.hasTransactions();
    this.fruitlessBlocks = isFruitless ? this.fruitlessBlocks + 1 : 0;
  }

  newHeight(): void {
    this.timer.reset();
  }

  arm(chain: ConsensusState, lastPrecommits: VoteSet | undefined): void {
    const {commitMs, emptyBlockIntervalMs} = this.options;
    this.timer.arm({
      isInitialHeight: chain.lastBlockHeight === 0n,
      genesisTime: chain.lastBlockTime,
      hasWork: this.txs.hasTransactions(),
      fruitlessBlocks: this.fruitlessBlocks,
      lastBlockHadTransactions: this.lastBlockHadTransactions,
      lastPrecommits,
      commitMs,
      emptyBlockIntervalMs,
    });
  }

  stop(): void {
    this.timer.stop();
  }
}
