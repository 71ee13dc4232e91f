/** block.max_bytes at its border: a block of exactly that size is a block, one byte more is none. */
import {describe, expect, it} from '@jest/globals';
import {blockToPartSet, dataHash, type Block} from '#proto';
import {engineLimits} from '#consensus/engine';
import {BlockAssembly} from '../../../../consensus/engine/loop/assembly.ts';
import {exampleBlock} from '../../proto/examples.ts';

const {PART_BYTES, BLOCK_BYTES_MAX} = engineLimits;

function blockOf(txBytes: number): Block {
  const block = exampleBlock();
  const txs = [new Uint8Array(txBytes)];
  return {...block, txs, header: {...block.header, dataHash: dataHash(txs)}};
}

describe.each([100, PART_BYTES, 3 * PART_BYTES])('a block with a transaction of %i bytes', (txBytes) => {
  const {partSet, blockId, size} = blockToPartSet(blockOf(txBytes));
  const assembled = (maxBytes: bigint): unknown => {
    const assembly = new BlockAssembly(maxBytes);
    assembly.expect(blockId, []);
    return partSet.parts().map((part) => assembly.add('peer', 0, part)).at(-1);
  };

  it('is taken when the limit is its size', () => {
    expect(assembled(BigInt(size))).toMatchObject({outcome: 'added', complete: {size, block: {txs: [new Uint8Array(txBytes)]}}});
  });
  it('is no block when the limit is one byte less', () => {
    expect(assembled(BigInt(size - 1))).toMatchObject({outcome: 'added', complete: {size, block: undefined}});
  });
});

describe('the number of parts that a proposal may claim', () => {
  const fits = (maxBytes: bigint, total: number): boolean =>
    new BlockAssembly(maxBytes).fits({hash: new Uint8Array(32), partSetHeader: {total, hash: new Uint8Array(32)}});

  it.each([
    [1n, 1],
    [BigInt(PART_BYTES), 1],
    [BigInt(PART_BYTES) + 1n, 2],
    [100n * BigInt(PART_BYTES), 100],
    [-1n, BLOCK_BYTES_MAX / PART_BYTES],
  ])('max_bytes %i: %i, and not one more', (maxBytes, total) => {
    expect([fits(maxBytes, 0), fits(maxBytes, total), fits(maxBytes, total + 1)]).toEqual([false, true, false]);
  });
});
