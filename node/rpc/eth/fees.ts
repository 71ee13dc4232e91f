/** What transactions paid lately: eth_feeHistory, and the tip that eth_maxPriorityFeePerGas suggests. */
import type {EthBlock, Receipt} from '#node/execution';
import type {ChainBackend} from './backend.ts';
import {effectiveGasPrice} from './encode/transaction.ts';
import type {RecentBlocks} from './recent-blocks.ts';

/** Of one block: what each transaction tipped per gas, wei, and how much gas it used; ascending by tip. */
type Tips = readonly {readonly tip: bigint; readonly gasUsed: bigint}[];

export interface FeeHistory {
  readonly oldestBlock: bigint;
  /** One more than blocks: the last is of the block to come. wei per gas. */
  readonly baseFees: readonly bigint[];
  readonly gasUsedRatios: readonly number[];
  /** Per block, the tip at each percentile of its gas, wei per gas. */
  readonly rewards: readonly (readonly bigint[])[] | undefined;
}

/** Blocks that the suggestion looks back on, and the percentile of their tips that it takes (geth: 20 and 60). */
const SUGGESTION_BLOCKS = 20n;
const SUGGESTION_PERCENTILE = 60;
const TIPS_CACHE_MAX = 2_048;

export class Fees {
  private readonly chain: ChainBackend;
  private readonly recent: RecentBlocks;
  private readonly tipDefault: bigint;
  private readonly tipsByBlock = new Map<bigint, Tips>();
  private suggestion: {readonly head: string; readonly tip: Promise<bigint>} | undefined;

  constructor(chain: ChainBackend, recent: RecentBlocks, tipDefault: bigint) {
    this.chain = chain;
    this.recent = recent;
    this.tipDefault = tipDefault;
  }

  /** `last` must exist. Blocks before genesis are left out, so fewer than `blockCount` may come back. */
  async history(blockCount: number, last: bigint, percentiles: readonly number[]): Promise<FeeHistory> {
    const available = last + 1n;
    const blocks = BigInt(blockCount) > available ? available : BigInt(blockCount);
    const oldestBlock = last + 1n - blocks;
    const baseFees: bigint[] = [];
    const gasUsedRatios: number[] = [];
    const rewards: bigint[][] = [];
    for (let number = oldestBlock; number <= last; number++) {
      const block = await this.mustGet(number);
      const {header} = block;
      baseFees.push(header.baseFeePerGas);
      gasUsedRatios.push(header.gasLimit === 0n ? 0 : Number(header.gasUsed) / Number(header.gasLimit));
      if (percentiles.length > 0) rewards.push(atPercentiles(await this.tipsOf(block), header.gasUsed, percentiles));
    }
    const next = last === this.chain.head().header.number ? this.chain.baseFeeOfNextBlock() : (await this.mustGet(last + 1n)).header.baseFeePerGas;
    baseFees.push(next);
    return {oldestBlock, baseFees, gasUsedRatios, rewards: percentiles.length > 0 ? rewards : undefined};
  }

  /** wei per gas. Computed once per block. */
  async suggestedTip(): Promise<bigint> {
    const {hash, number} = this.chain.head().header;
    if (this.suggestion?.head === hash) return this.suggestion.tip;
    const tip = this.computeSuggestion(number);
    this.suggestion = {head: hash, tip};
    tip.catch(() => (this.suggestion = undefined));
    return tip;
  }

  clear(): void {
    this.tipsByBlock.clear();
    this.suggestion = undefined;
  }

  private async computeSuggestion(head: bigint): Promise<bigint> {
    const tips: bigint[] = [];
    for (let number = head; number > 0n && number > head - SUGGESTION_BLOCKS; number--) {
      const block = await this.mustGet(number);
      // A block with room took every tip that was offered: such tips say nothing about what is needed.
      if (block.header.gasUsed * 2n < block.header.gasLimit) continue;
      for (const {tip} of await this.tipsOf(block)) tips.push(tip);
    }
    if (tips.length === 0) return this.tipDefault;
    tips.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const suggested = tips[Math.floor(((tips.length - 1) * SUGGESTION_PERCENTILE) / 100)]!;
    return suggested > this.tipDefault ? suggested : this.tipDefault;
  }

  private async mustGet(number: bigint): Promise<EthBlock> {
    const block = await this.recent.block(number);
    if (block === undefined) throw new Error(`block ${number} is missing below the head`);
    return block;
  }

  private async tipsOf(block: EthBlock): Promise<Tips> {
    const {number, baseFeePerGas} = block.header;
    const cached = this.tipsByBlock.get(number);
    if (cached !== undefined) return cached;
    const receipts: readonly Receipt[] = block.transactions.length === 0 ? [] : ((await this.recent.receipts(number)) ?? []);
    const tips = block.transactions
      .map((tx, index) => ({tip: effectiveGasPrice(tx, baseFeePerGas) - baseFeePerGas, gasUsed: receipts[index]?.gasUsed ?? 0n}))
      .sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0));
    if (this.tipsByBlock.size >= TIPS_CACHE_MAX) this.tipsByBlock.delete(this.tipsByBlock.keys().next().value!);
    this.tipsByBlock.set(number, tips);
    return tips;
  }
}

/** The tip of the transaction in which that share of the block's gas is reached (geth's eth/gasprice/feehistory.go). */
function atPercentiles(tips: Tips, gasUsed: bigint, percentiles: readonly number[]): bigint[] {
  if (tips.length === 0) return percentiles.map(() => 0n);
  let index = 0;
  let sum = tips[0]!.gasUsed;
  return percentiles.map((percentile) => {
    const threshold = BigInt(Math.floor((Number(gasUsed) * percentile) / 100));
    while (sum < threshold && index < tips.length - 1) {
      index++;
      sum += tips[index]!.gasUsed;
    }
    return tips[index]!.tip;
  });
}
