/** Providers over chains in memory, honest or not, and a clock that stands still: timers fire at once, and may make something happen. */
import {ProviderError, type LightClock, type LightLogger, type Provider} from '#consensus/light';
import {addMilliseconds} from '#consensus/core';
import type {Evidence, LightBlock, Timestamp} from '#proto';
import type {LightChain} from './light-chain.ts';

export class ChainProvider implements Provider {
  readonly name: string;
  chain: LightChain;
  /** Set: every request fails with it. */
  failure: Error | undefined;
  /** What a liar shows instead. */
  override: ((block: LightBlock) => LightBlock) | undefined;
  /** The lowest height it still has. */
  base = 1n;
  readonly requests: (bigint | 'latest')[] = [];
  readonly reported: Evidence[] = [];

  constructor(name: string, chain: LightChain) {
    this.name = name;
    this.chain = chain;
  }

  async lightBlock(height: bigint | 'latest', signal?: AbortSignal): Promise<LightBlock> {
    this.requests.push(height);
    if (signal?.aborted === true) throw new ProviderError('ABORTED', 'stopped');
    if (this.failure !== undefined) throw this.failure;
    const wanted = height === 'latest' ? BigInt(this.chain.height) : height;
    if (wanted > BigInt(this.chain.height)) throw new ProviderError('HEIGHT_TOO_HIGH', `${this.name} is at height ${this.chain.height}`);
    if (wanted < this.base) throw new ProviderError('NOT_FOUND', `${this.name} begins at ${this.base}`);
    const block = this.chain.at(wanted);
    return this.override?.(block) ?? block;
  }

  async reportEvidence(evidence: Evidence): Promise<void> {
    this.reported.push(evidence);
  }
}

export class StillClock implements LightClock {
  time: Timestamp;
  timers = 0;
  onTimer: () => void = () => {};

  constructor(time: Timestamp) {
    this.time = time;
  }

  now(): Timestamp {
    return this.time;
  }

  advance(ms: number): void {
    this.time = addMilliseconds(this.time, ms);
  }

  setTimer(_delayMs: number, fn: () => void): () => void {
    const immediate = setImmediate(() => {
      this.timers++;
      this.onTimer();
      fn();
    });
    return () => clearImmediate(immediate);
  }
}

export const SILENT_LOGGER: LightLogger = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};
