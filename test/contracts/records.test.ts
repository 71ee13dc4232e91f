/** The SAPs Inference and Training called from Solidity: journal, refusals, and gas beside the same written in Solidity. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {keccak256, toHex} from 'viem';
import type {Abi} from 'viem';
import type {EvmChain} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {alice, newChain, refusalOf} from './world.ts';
import {RECORDS_SOURCE} from './records-source.ts';
import type {Hex} from './world.ts';

const word = (i: number): Hex => keccak256(toHex(i));

let chain: EvmChain;
let native: {address: Hex; abi: Abi};
let solidity: {address: Hex; abi: Abi};

beforeAll(async () => {
  chain = await newChain();
  const {Native, SolidityRecords} = compile(RECORDS_SOURCE);
  native = await chain.deploy(alice, Native!);
  solidity = await chain.deploy(alice, SolidityRecords!);
});

async function gasOf(contract: {address: Hex; abi: Abi}, functionName: string, args: readonly unknown[]): Promise<bigint> {
  return (await chain.write(alice, contract, functionName, args as never)).gasUsed;
}

describe('native records in a transaction', () => {
  it('are undone with a call that reverts, and with any call around it', async () => {
    await chain.write(alice, native, 'invokeInRevertedCall', [word(1), word(2), word(3)]);
    expect(await chain.read(native, 'opened', [])).toBe(false);
    await chain.write(alice, native, 'invoke', [word(1), word(2), word(3)]);
    expect(await refusalOf(chain.write(alice, native, 'invoke', [word(1), word(2), word(3)]))).toBe('JobExists');
  });

  it('refuse delegated and static calls from Solidity', async () => {
    for (const kind of [0, 1]) expect(await chain.read(native, 'refusedBy', [BigInt(kind)] as never)).toBe(true);
  });
});

describe('gas, whole transactions, beside the same in Solidity', () => {
  it('is less for every operation', async () => {
    const rows: Record<string, [native: bigint, solidity: bigint]> = {};
    const compare = async (name: string, functionName: string, args: readonly unknown[]) => {
      rows[name] = [await gasOf(native, functionName, args), await gasOf(solidity, functionName, args)];
    };
    await compare('inference: invoke', 'invoke', [word(10), word(2), word(3)]);
    await compare('inference: record', 'record', [word(10), word(4), word(5)]);
    await compare('inference: read', 'touch', [word(10)]);
    await compare('training: invoke', 'open', [word(20), word(1), word(2), word(3)]);
    await compare('training: first step', 'step', [word(20), 0n, [word(0)]]);
    await compare('training: a step later', 'step', [word(20), 1n, [word(1)]]);
    await compare('training: 16 steps in one call', 'step', [word(20), 2n, Array.from({length: 16}, (_, i) => word(i))]);
    await compare('training: record', 'close', [word(20), word(9)]);
    for (const [name, [cheaper, dearer]] of Object.entries(rows)) expect([name, cheaper < dearer]).toEqual([name, true]);
    expect(rows).toMatchSnapshot();
  });
});
