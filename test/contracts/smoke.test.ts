import {expect, it} from '@jest/globals';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {EvmChain} from '../support/evm-chain.ts';

it('reads a count', async () => {
  const chain = await EvmChain.create([]);
  expect(await chain.read({address: SYSTEM_ADDRESSES.assetRegistry, abi: assetRegistryAbi}, 'assetCount', [])).toBe(0n);
});
