import {beforeAll, describe, expect, it} from '@jest/globals';
import type {Address, ChainError, Hash} from '#node/execution';
import {privateKeyToAccount} from 'viem/accounts';
import {bytes, CHAIN_ID, deployerOf, ETHER, GWEI, newChain, signerOf, transferOf} from './support.ts';
import type {GenesisAlloc, TestChain} from './support.ts';

const alice = signerOf(1);
const bob = signerOf(2);
const poor: Address = `0x${'99'.repeat(20)}`;
const GAS_MAX = 50_000_000n;
const options = {gasLimitMax: GAS_MAX};
/** Returns sload(calldata[0]). */
const reader: Address = `0x${'0a'.repeat(19)}01`;
/** Reverts with calldata. */
const reverter: Address = `0x${'0a'.repeat(19)}02`;
/** Returns number ‖ timestamp ‖ basefee ‖ coinbase ‖ prevrandao ‖ blockhash(number-1) ‖ chainid ‖ gasprice. */
const environment: Address = `0x${'0a'.repeat(19)}03`;
/** sstore(0, 1). */
const writer: Address = `0x${'0a'.repeat(19)}04`;
const alloc: GenesisAlloc = {
  [alice.address]: {balance: (1000n * ETHER).toString()},
  [bob.address]: {balance: (1000n * ETHER).toString()},
  [reader]: {balance: '0', nonce: '1', code: '0x6000355460005260206000f3', storage: {'0x5': '0x55'}},
  [reverter]: {balance: '0', nonce: '1', code: '0x366000600037366000fd'},
  [environment]: {
    balance: '0',
    nonce: '1',
    code: '0x4360005242602052486040524160605244608052600143034060a0524660c0523a60e0526101006000f3',
  },
  [writer]: {balance: '0', nonce: '1', code: '0x600160005500'},
};

function word(value: number | bigint): string {
  return value.toString(16).padStart(64, '0');
}
const slotOf = (index: number): Hash => `0x${word(index)}`;
const wordsOf = (data: Uint8Array): bigint[] => Array.from({length: data.length / 32}, (_, i) => BigInt(`0x${Buffer.from(data.subarray(i * 32, i * 32 + 32)).toString('hex')}`));

describe('call', () => {
  let chain: TestChain;
  beforeAll(async () => {
    chain = await newChain(alloc);
    for (let i = 0; i < 3; i++) await chain.produce([transferOf(alice, BigInt(i), bob.address, 1n)]);
  });

  it('returns data, gas and logs, and changes nothing', async () => {
    const outcome = await chain.backend.call({to: reader, data: bytes(word(5))}, 3n, options);
    expect(outcome).toMatchObject({status: 'success', returnData: bytes(word(0x55)), logs: []});
    await chain.backend.call({to: writer}, 3n, options);
    expect(chain.latest.storage(writer, slotOf(0))).toEqual(new Uint8Array(32));
  });

  it('hands out revert data, and names failures as geth does', async () => {
    const revert = await chain.backend.call({to: reverter, data: bytes('08c379a0')}, 3n, options);
    expect(revert).toMatchObject({status: 'revert', returnData: bytes('08c379a0')});
    expect(revert.error).toBeUndefined();
    expect(await chain.backend.call({to: writer, gas: 25_000n}, 3n, options)).toMatchObject({status: 'failure', error: 'out of gas', gasUsed: 25_000n});
    const override = (code: string) => ({...options, stateOverrides: new Map([[writer, {code: bytes(code)}]])});
    expect(await chain.backend.call({to: writer}, 3n, override('fe'))).toMatchObject({status: 'failure', error: 'invalid opcode'});
    expect(await chain.backend.call({to: writer}, 3n, override('56'))).toMatchObject({status: 'failure', error: 'stack underflow'});
    expect(await chain.backend.call({to: writer}, 3n, override('600056'))).toMatchObject({status: 'failure', error: 'invalid jump destination'});
  });

  it('rejects what cannot be paid, in geth’s words', async () => {
    const reject = async (request: Parameters<typeof chain.backend.call>[0]): Promise<string> => {
      try {
        await chain.backend.call(request, 3n, options);
      } catch (error) {
        expect(error).toMatchObject({code: 'call-rejected'});
        return (error as ChainError).message;
      }
      return 'accepted';
    };
    expect(await reject({from: poor, to: bob.address, value: 1n})).toBe(`insufficient funds for gas * price + value: address ${poor} have 0 want 1`);
    expect(await reject({from: poor, to: bob.address, gas: 21_000n, gasPrice: 2n * GWEI})).toContain('insufficient funds for gas * price + value');
    expect(await reject({from: alice.address, to: bob.address, gas: 20_999n})).toBe('intrinsic gas too low: have 20999, want 21000');
    expect(await reject({from: alice.address, to: bob.address, gasPrice: 1n})).toContain('max fee per gas less than block base fee');
    expect(await reject({from: alice.address, maxFeePerGas: 1n, maxPriorityFeePerGas: 2n})).toContain('max priority fee per gas higher than max fee per gas');
    expect(await reject({from: alice.address, gasPrice: 1n, maxFeePerGas: 2n})).toContain('both gasPrice and');
    expect(await reject({from: alice.address, to: bob.address, gas: 21_000n, value: 5n})).toBe('accepted');
  });

  it('runs in the environment of the block, or of the next one when pending', async () => {
    const {header} = (await chain.backend.blockByNumber(2n))!;
    const [number, timestamp, baseFee, coinbase, prevRandao, parentHash, chainId, gasPrice] = wordsOf((await chain.backend.call({to: environment}, 2n, options)).returnData);
    expect([number, timestamp, baseFee, chainId, gasPrice]).toEqual([2n, header.timestamp, 0n, CHAIN_ID, 0n]);
    expect([coinbase, prevRandao, parentHash]).toEqual([BigInt(header.miner), BigInt(header.mixHash), BigInt(header.parentHash)]);
    const paid = wordsOf((await chain.backend.call({from: alice.address, to: environment, gas: 100_000n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 1n}, 2n, options)).returnData);
    expect([paid[2], paid[7]]).toEqual([header.baseFeePerGas!, header.baseFeePerGas! + 1n]);
    expect(wordsOf((await chain.backend.call({to: environment}, 3n, {...options, pending: true})).returnData)[0]).toBe(4n);
    const overridden = await chain.backend.call({to: environment}, 3n, {...options, blockOverrides: {number: 77n, time: 78n, feeRecipient: poor, prevRandao: slotOf(9)}});
    expect(wordsOf(overridden.returnData).slice(0, 5)).toEqual([77n, 78n, 0n, BigInt(poor), 9n]);
  });

  it('applies state overrides: `state` replaces the storage, `stateDiff` adds to it', async () => {
    const read = async (slot: number, override: object): Promise<bigint> =>
      wordsOf((await chain.backend.call({to: reader, data: bytes(word(slot))}, 3n, {...options, stateOverrides: new Map([[reader, override]])})).returnData)[0]!;
    expect(await read(5, {stateDiff: new Map([[slotOf(6), slotOf(0x66)]])})).toBe(0x55n);
    expect(await read(6, {stateDiff: new Map([[slotOf(6), slotOf(0x66)]])})).toBe(0x66n);
    expect(await read(5, {state: new Map([[slotOf(6), slotOf(0x66)]])})).toBe(0n);
    expect(await read(6, {state: new Map([[slotOf(6), slotOf(0x66)]])})).toBe(0x66n);
    const funded = await chain.backend.call({from: poor, to: bob.address, value: 3n}, 3n, {...options, stateOverrides: new Map([[poor, {balance: 3n}]])});
    expect(funded.status).toBe('success');
  });

  it('creates without `to`, and serves more calls at once than there are EVMs', async () => {
    const created = await chain.backend.call({from: alice.address, data: deployerOf('600160005500')}, 3n, options);
    expect(created).toMatchObject({status: 'success', returnData: bytes('600160005500')});
    expect(created.createdAddress).toMatch(/^0x[0-9a-f]{40}$/);
    const many = await Promise.all(Array.from({length: 20}, (_, i) => chain.backend.call({to: reader, data: bytes(word(i))}, 3n, options)));
    expect(many.map(({returnData}) => wordsOf(returnData)[0])).toEqual(Array.from({length: 20}, (_, i) => (i === 5 ? 0x55n : 0n)));
  });

  it('says what a request costs before it runs', () => {
    const {backend} = chain;
    expect(backend.intrinsicGas({to: bob.address})).toEqual({regular: 21_000n, floor: 21_000n});
    expect(backend.intrinsicGas({to: bob.address, data: Uint8Array.of(0, 1)})).toEqual({regular: 21_020n, floor: 21_050n});
    expect(backend.intrinsicGas({data: new Uint8Array(33)})).toEqual({regular: 21_000n + 32_000n + 132n + 4n, floor: 21_330n});
    expect(backend.intrinsicGas({to: poor, accessList: [{address: poor, storageKeys: [slotOf(1), slotOf(2)]}]}).regular).toBe(21_000n + 2_400n + 3_800n);
  });

  it('looks blocks, receipts and transactions up', async () => {
    const {backend} = chain;
    const block = (await backend.blockByNumber(2n))!;
    expect(await backend.blockByHash(block.header.hash)).toEqual(block);
    expect(await backend.transactionLocation(block.transactions[0]!.hash)).toEqual({blockNumber: 2n, index: 0});
    expect((await backend.receipts(2n))![0]).toMatchObject({blockHash: block.header.hash, transactionHash: block.transactions[0]!.hash});
    expect(await backend.blockByNumber(9n)).toBeUndefined();
    expect(await backend.blockByHash(slotOf(1))).toBeUndefined();
    expect(await backend.receipts(9n)).toBeUndefined();
    expect(await backend.transactionLocation(slotOf(1))).toBeUndefined();
    expect((await backend.receipts(0n))!).toEqual([]);
  });
});

describe('transactions through the EVM', () => {
  it('pay less for slots of their access list, and get refunds for cleared slots', async () => {
    const chain = await newChain(alloc);
    const plain = transferOf(alice, 0n, reader, 0n, {data: bytes(word(5)), gasLimit: 100_000n});
    const listed = transferOf(alice, 1n, reader, 0n, {data: bytes(word(5)), gasLimit: 100_000n, accessList: [{address: reader, storageKeys: [slotOf(5)]}]});
    const results = await chain.produce([plain, listed]);
    // The list costs 2,400 + 1,900 and saves 2,000 of the cold read; the address is warm anyway.
    expect(results[1]!.gasUsed - results[0]!.gasUsed).toBe(2_300n);
  });

  it('set, use and clear a delegation (EIP-7702)', async () => {
    const chain = await newChain(alloc);
    const authority = privateKeyToAccount(`0x${Buffer.from(bob.key).toString('hex')}`);
    const sign = async (address: Address, nonce: number) => {
      const {r, s, yParity} = await authority.signAuthorization({chainId: Number(CHAIN_ID), contractAddress: address, nonce});
      return {chainId: CHAIN_ID, address, nonce: BigInt(nonce), yParity: yParity!, r: BigInt(r), s: BigInt(s)};
    };
    const set = transferOf(alice, 0n, bob.address, 0n, {type: 4, gasLimit: 200_000n, authorizationList: [await sign(writer, 0)]});
    const [result] = await chain.produce([set]);
    expect(result).toMatchObject({code: 0});
    expect(chain.latest.code(bob.address)).toEqual(bytes(`ef0100${writer.slice(2)}`));
    expect(chain.latest.nonce(bob.address)).toBe(1n);
    expect(chain.latest.storage(bob.address, slotOf(0))).toEqual(bytes(word(1)));
    // A delegated account still sends, and clears its delegation in its own transaction.
    const clear = transferOf(bob, 1n, alice.address, 0n, {type: 4, gasLimit: 200_000n, authorizationList: [await sign(`0x${'00'.repeat(20)}`, 2)]});
    expect((await chain.produce([clear]))[0]).toMatchObject({code: 0});
    expect(chain.latest.code(bob.address)).toHaveLength(0);
    expect(chain.latest.nonce(bob.address)).toBe(3n);
    // Wrong nonce, wrong chain: skipped, the transaction itself stands.
    const skipped = transferOf(alice, 1n, poor, 1n, {type: 4, gasLimit: 200_000n, authorizationList: [await sign(writer, 9), {...(await sign(writer, 3)), chainId: 5n}]});
    expect((await chain.produce([skipped]))[0]).toMatchObject({code: 0});
    expect(chain.latest.code(bob.address)).toHaveLength(0);
  });

  it('know earlier block hashes by opcode and by the history contract, and Comet hashes by the beacon roots contract', async () => {
    const chain = await newChain(alloc);
    for (let i = 0; i < 3; i++) await chain.produce([]);
    const history = await chain.backend.call({to: '0x0000f90827f1c53a10cb7a02335b175320002935', data: bytes(word(1))}, 3n, {...options, pending: true});
    expect(history.returnData).toEqual(bytes((await chain.backend.blockByNumber(1n))!.header.hash.slice(2)));
    const {header} = chain.backend.head();
    const root = await chain.backend.call({to: '0x000f3df6d732807ef1319fb7b8bb8522d0beac02', data: bytes(word(header.timestamp))}, 3n, options);
    expect(root.returnData).toEqual(bytes(header.parentBeaconBlockRoot!.slice(2)));
  });
});
