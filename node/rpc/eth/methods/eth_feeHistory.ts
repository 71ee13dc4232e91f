/** Base fees, fill and tips of past blocks, and the base fee of the block after them (EIP-1559 wallets price with it). */
import {blockNumber} from '../block-ref.ts';
import {rpcErrors} from '../errors.ts';
import {quantity} from '../hex.ts';
import {defineMethod, optional, required} from '../method.ts';
import {arrayOf, count, number} from '../schema.ts';

export const eth_feeHistory = defineMethod({
  name: 'eth_feeHistory',
  params: (limits) => [
    required('blockCount', count),
    required('newestBlock', blockNumber),
    optional('rewardPercentiles', arrayOf(number, limits.feeHistoryPercentilesMax), []),
  ],
  isHeavy: true,
  example: {
    params: [4, 'latest', [25, 75]],
    result: {oldestBlock: '0x1c', baseFeePerGas: ['0x3b9aca00'], gasUsedRatio: [0.5], reward: [['0x0', '0x5f5e100']]},
  },
  handler: async (context, [blockCount, newest, percentiles]) => {
    checkPercentiles(percentiles);
    const head = context.chain.head().header.number;
    const last = 'number' in newest ? newest.number : 'tag' in newest && newest.tag === 'earliest' ? 0n : head;
    if (last > head) throw rpcErrors.server(`request beyond head block: requested ${last}, head ${head}`);
    const limit = BigInt(context.limits.feeHistoryBlocksMax);
    const blocks = Number(blockCount > limit ? limit : blockCount);
    if (blocks === 0) return {oldestBlock: '0x0', baseFeePerGas: [], gasUsedRatio: []};
    const history = await context.fees.history(blocks, last, percentiles);
    return {
      oldestBlock: quantity(history.oldestBlock),
      baseFeePerGas: history.baseFees.map(quantity),
      gasUsedRatio: history.gasUsedRatios,
      baseFeePerBlobGas: history.blobBaseFees.map(quantity),
      blobGasUsedRatio: history.blobGasUsedRatios,
      ...(history.rewards !== undefined && {reward: history.rewards.map((row) => row.map(quantity))}),
    };
  },
});

function checkPercentiles(percentiles: readonly number[]): void {
  percentiles.forEach((percentile, index) => {
    if (percentile < 0 || percentile > 100) throw rpcErrors.invalidParams(`invalid reward percentile: ${percentile}`);
    const before = percentiles[index - 1];
    if (before !== undefined && percentile < before) {
      throw rpcErrors.invalidParams(`invalid reward percentile: #${index - 1}:${before} > #${index}:${percentile}`);
    }
  });
}
