import {describe, expect, it} from '@jest/globals';
import {Fees} from '../../../node/rpc/eth/fees.ts';
import {RecentBlocks} from '../../../node/rpc/eth/recent-blocks.ts';
import {Unsigned} from '../mempool/support.ts';
import {GWEI, TestChain} from './test-chain.ts';

const DEFAULT_TIP = GWEI / 10n;

function setUp() {
  const chain = new TestChain();
  const recent = new RecentBlocks(chain);
  return {chain, fees: new Fees(chain, recent, DEFAULT_TIP), unsigned: new Unsigned()};
}

/** A block of transfers with these tips, in gwei. */
const seal = ({chain, unsigned}: ReturnType<typeof setUp>, tips: readonly number[], data = 0) =>
  chain.seal(tips.map((tip, i) => unsigned.make(i, 0n, {cap: 1_000_000n * GWEI, tip: BigInt(tip) * GWEI}, 100, {data: new Uint8Array(data)})));

describe('rewards', () => {
  it('are exact while a block has few different tips', async () => {
    const test = setUp();
    seal(test, [9, 1, 1, 5]);
    const {rewards} = await test.fees.history(1, 1n, [0, 25, 50, 50.1, 75, 76, 100]);
    expect(rewards![0]!.map((tip) => tip / GWEI)).toEqual([1n, 1n, 1n, 5n, 5n, 9n, 9n]);
  });

  it('stay within half a percent of the gas when it has many', async () => {
    const test = setUp();
    seal(test, Array.from({length: 1_000}, (_, i) => (i * 7) % 1_000));
    const percentiles = Array.from({length: 101}, (_, i) => i);
    const {rewards} = await test.fees.history(1, 1n, percentiles);
    percentiles.forEach((percentile, i) => expect(Math.abs(Number(rewards![0]![i]! / GWEI) - Math.max(0, percentile * 10 - 1))).toBeLessThanOrEqual(6));
  });

  it('are 0 in empty blocks, and before genesis there is nothing', async () => {
    const test = setUp();
    seal(test, []);
    expect(await test.fees.history(10, 1n, [50])).toEqual({
      oldestBlock: 0n,
      baseFees: [GWEI, GWEI, GWEI],
      gasUsedRatios: [0, 0],
      blobBaseFees: [1n, 1n, 1n],
      blobGasUsedRatios: [0, 0],
      rewards: [[0n], [0n]],
    });
  });

  it('of a past block end with the base fee of the one after it', async () => {
    const test = setUp();
    test.chain.baseFee = 2n * GWEI;
    seal(test, []);
    test.chain.baseFee = 3n * GWEI;
    expect((await test.fees.history(1, 0n, [])).baseFees).toEqual([GWEI, 2n * GWEI]);
    expect((await test.fees.history(1, 1n, [])).baseFees).toEqual([2n * GWEI, 3n * GWEI]);
  });
});

describe('the suggested tip', () => {
  it('is the least while blocks have room, whatever was offered', async () => {
    const test = setUp();
    seal(test, [50, 60]);
    expect(await test.fees.suggestedTip()).toBe(DEFAULT_TIP);
  });

  it('follows what full blocks took', async () => {
    const test = setUp();
    seal(test, Array.from({length: 20}, (_, i) => i + 1), 100_000); // 421,000 gas each at least, by their calldata.
    seal(test, Array.from({length: 80}, (_, i) => i + 1), 100_000);
    const tip = await test.fees.suggestedTip();
    expect(tip).toBe(48n * GWEI);
    expect(await test.fees.suggestedTip()).toBe(tip);
  });
});
