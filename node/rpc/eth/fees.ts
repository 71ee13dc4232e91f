/** What transactions paid lately: eth_feeHistory, and the tip that eth_maxPriorityFeePerGas suggests. */
import type {EthBlock, Receipt} from '#node/execution';
import type {ChainBackend} from './backend.ts';
import {effectiveGasPrice} from './encode/transaction.ts';
import type {RecentBlocks} from './recent-blocks.ts';
import {breathe} from './system.ts';

/** All that fee history wants of a block, small enough to be kept for many blocks. */
interface BlockFees {
  /** wei per gas. */
  readonly baseFee: bigint;
  readonly gasUsed: bigint;
  readonly gasLimit: bigint;
  /** wei per blob gas. */
  readonly blobBaseFee: bigint;
  readonly blobGasUsedRatio: number;
  /** Ascending tips, wei per gas, each with the gas of all transactions that tipped so much or less. */
  readonly steps: readonly {readonly tip: bigint; readonly gasUpTo: bigint}[];
}

export interface FeeHistory {
  readonly oldestBlock: bigint;
  /** One more than blocks: the last is of the block to come. wei per gas. */
  readonly baseFees: readonly bigint[];
  readonly gasUsedRatios: readonly number[];
  /** As the two above, of the market for blobs (EIP-4844). */
  readonly blobBaseFees: readonly bigint[];
  readonly blobGasUsedRatios: readonly number[];
  /** Per block, the tip at each percentile of its gas, wei per gas. */
  readonly rewards: readonly (readonly bigint[])[] | undefined;
}

/** Blocks that the suggestion looks back on, and the percentile of their tips that it takes (geth: 20 and 60). */
const SUGGESTION_BLOCKS = 20n;
const SUGGESTION_PERCENTILE = 60;
const BLOCKS_KEPT_MAX = 2_048;
/** Percentiles are exact in a block with fewer different tips, and within one in this many parts of its gas otherwise. */
const STEPS_MAX = 200n;

export class Fees {
  private readonly chain: ChainBackend;
  private readonly recent: RecentBlocks;
  private readonly tipDefault: bigint;
  private readonly kept = new Map<bigint, BlockFees>();
  private suggestion: {readonly head: string; readonly tip: Promise<bigint>} | undefined;

  constructor(chain: ChainBackend, recent: RecentBlocks, tipDefault: bigint) {
    this.chain = chain;
    this.recent = recent;
    this.tipDefault = tipDefault;
  }

  add(block: EthBlock, receipts: readonly Receipt[]): BlockFees {
    const fees = feesOf(block, receipts, this.chain.blobGas(block.header));
    if (this.kept.size >= BLOCKS_KEPT_MAX) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(block.header.number, fees);
    return fees;
  }

  /** `last` must exist. Blocks before genesis, or before the snapshot of a restored node, are left out, so fewer than `blockCount` may come back. */
  async history(blockCount: number, last: bigint, percentiles: readonly number[]): Promise<FeeHistory> {
    const first = this.chain.firstBlock ?? 0n;
    const available = last < first ? 0n : last + 1n - first;
    const blocks = BigInt(blockCount) > available ? available : BigInt(blockCount);
    const oldestBlock = last + 1n - blocks;
    const fees: BlockFees[] = [];
    for (let number = oldestBlock; number <= last; number++) fees.push(this.kept.get(number) ?? (await this.load(number)));
    const isHead = last === this.chain.head().header.number;
    const next = isHead ? {baseFee: this.chain.baseFeeOfNextBlock(), blobBaseFee: this.chain.blobBaseFeeOfNextBlock()} : await this.of(last + 1n);
    return {
      oldestBlock,
      baseFees: [...fees.map(({baseFee}) => baseFee), next.baseFee],
      gasUsedRatios: fees.map(({gasUsed, gasLimit}) => (gasLimit === 0n ? 0 : Number(gasUsed) / Number(gasLimit))),
      blobBaseFees: [...fees.map(({blobBaseFee}) => blobBaseFee), next.blobBaseFee],
      blobGasUsedRatios: fees.map(({blobGasUsedRatio}) => blobGasUsedRatio),
      rewards: percentiles.length === 0 ? undefined : fees.map((of) => percentiles.map((percentile) => tipAt(of, percentile))),
    };
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
    this.kept.clear();
    this.suggestion = undefined;
  }

  private async computeSuggestion(head: bigint): Promise<bigint> {
    const tips: bigint[] = [];
    const first = this.chain.firstBlock ?? 0n;
    for (let number = head; number > 0n && number >= first && number > head - SUGGESTION_BLOCKS; number--) {
      const fees = await this.of(number);
      // A block with room took every tip that was offered: such tips say nothing about what is needed.
      if (fees.gasUsed * 2n >= fees.gasLimit) tips.push(tipAt(fees, SUGGESTION_PERCENTILE));
    }
    if (tips.length === 0) return this.tipDefault;
    tips.sort(ascending);
    const suggested = tips[Math.floor(((tips.length - 1) * SUGGESTION_PERCENTILE) / 100)]!;
    return suggested > this.tipDefault ? suggested : this.tipDefault;
  }

  private async of(number: bigint): Promise<BlockFees> {
    return this.kept.get(number) ?? this.load(number);
  }

  private async load(number: bigint): Promise<BlockFees> {
    await breathe();
    const block = await this.recent.block(number);
    if (block === undefined) throw new Error(`block ${number} is missing below the head`);
    return this.add(block, block.transactions.length === 0 ? [] : ((await this.recent.receipts(number)) ?? []));
  }
}

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function feesOf(block: EthBlock, receipts: readonly Receipt[], blobs: {readonly price: bigint; readonly max: bigint}): BlockFees {
  const {baseFeePerGas: baseFee = 0n, gasUsed, gasLimit, blobGasUsed = 0n} = block.header;
  const tips = block.transactions
    .map((tx, index) => ({tip: effectiveGasPrice(tx, block.header.baseFeePerGas) - baseFee, gas: receipts[index]?.gasUsed ?? 0n}))
    .sort((a, b) => ascending(a.tip, b.tip));
  const steps: {tip: bigint; gasUpTo: bigint}[] = [];
  let gasUpTo = 0n;
  tips.forEach(({tip, gas}, index) => {
    const before = gasUpTo;
    gasUpTo += gas;
    const isLast = index === tips.length - 1;
    const last = steps.at(-1);
    if (last?.tip === tip) last.gasUpTo = gasUpTo;
    else if (isLast || tips.length <= STEPS_MAX || (gasUpTo * STEPS_MAX) / (gasUsed + 1n) > (before * STEPS_MAX) / (gasUsed + 1n)) steps.push({tip, gasUpTo});
  });
  const blobGasUsedRatio = blobs.max === 0n ? 0 : Number(blobGasUsed) / Number(blobs.max);
  return {baseFee, gasUsed, gasLimit, blobBaseFee: blobs.price, blobGasUsedRatio, steps};
}

/** The tip of the transaction in which that share of the block's gas is reached (geth's eth/gasprice/feehistory.go); 0 in an empty block. */
function tipAt({steps, gasUsed}: BlockFees, percentile: number): bigint {
  const threshold = BigInt(Math.floor((Number(gasUsed) * percentile) / 100));
  return (steps.find(({gasUpTo}) => gasUpTo >= threshold) ?? steps.at(-1))?.tip ?? 0n;
}
