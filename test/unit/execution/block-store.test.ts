import {describe, expect, it} from '@jest/globals';
import {buildGenesisBlock} from '../../../node/execution/block/eth-block.ts';
import {EthBlockStore} from '../../../node/execution/block/block-store.ts';
import {BLOCK_CACHE_MAX} from '../../../node/execution/limits.ts';
import type {EthBlock, Hash} from '../../../node/execution/types.ts';

const hash = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`;

function block(number: number): EthBlock {
  const {header, ...rest} = buildGenesisBlock({gasLimit: 1n, baseFeePerGas: 1n, timestamp: 1n, stateRoot: hash(1)});
  const transaction = {hash: hash(1_000 + number), raw: Uint8Array.of(1), sender: `0x${'00'.repeat(20)}`};
  return {...rest, header: {...header, number: BigInt(number), hash: hash(number)}, transactions: [transaction]} as unknown as EthBlock;
}

describe('the block store', () => {
  it('finds a transaction and a hash while the batch that indexes them is still being written', () => {
    const store = new EthBlockStore({get: () => undefined} as never);
    for (let number = 1; number <= BLOCK_CACHE_MAX + 1; number++) store.put(block(number), []);
    expect(store.location(hash(1_002))).toEqual({blockNumber: 2n, index: 0});
    expect(store.numberOf(hash(2))).toBe(2n);
    // Written long ago: from here on the database answers.
    expect(store.location(hash(1_001))).toBeUndefined();
    expect(store.numberOf(hash(1))).toBeUndefined();
  });
});
