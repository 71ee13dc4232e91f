import {describe, expect, it} from '@jest/globals';
import {RLP} from '@ethereumjs/rlp';
import {createBlockFromRLP} from '@ethereumjs/block';
import {createCustomCommon, Mainnet} from '@ethereumjs/common';
import {bytesToHex} from '#node/execution';
import type {BlockEvent} from '#node/execution';
import {memoryStore} from '#node/storage';
import {appStateOf, bytes, CHAIN_ID, cometHashOf, deployerOf, ETHER, GWEI, initialise, newChain, openChain, signerOf, transferOf} from './support.ts';

const alice = signerOf(1);
const bob = signerOf(2);
const funded = {[alice.address]: {balance: (1000n * ETHER).toString()}, [bob.address]: {balance: (1000n * ETHER).toString()}};
const proposer = `0x${'aa'.repeat(20)}` as const;

describe('EvmApplication', () => {
  it('executes plain transfers of types 0, 1 and 2 and burns the base fee', async () => {
    const chain = await newChain(funded);
    const carol = signerOf(3).address;
    const events: BlockEvent[] = [];
    chain.onBlock((event) => events.push(event));
    const results = await chain.produce([
      transferOf(alice, 0n, carol, 5n, {type: 0, maxFeePerGas: 2n * GWEI}),
      transferOf(alice, 1n, carol, 6n, {type: 1, maxFeePerGas: 2n * GWEI}),
      transferOf(bob, 0n, carol, 7n),
    ]);
    expect(results.map(({code, gasUsed}) => [code, gasUsed])).toEqual([[0, 21000n], [0, 21000n], [0, 21000n]]);
    expect(chain.latest.balance(carol)).toBe(18n);
    const baseFee = 875_000_000n;
    const {header} = chain.backend.head();
    expect(header.baseFeePerGas).toBe(baseFee);
    expect(chain.latest.balance(alice.address)).toBe(1000n * ETHER - 11n - 42_000n * 2n * GWEI);
    expect(chain.latest.balance(proposer)).toBe(42_000n * (2n * GWEI - baseFee) + 21_000n * GWEI);
    expect(events).toHaveLength(1);
    expect(events[0]!.receipts.map(({cumulativeGasUsed}) => cumulativeGasUsed)).toEqual([21000n, 42000n, 63000n]);
    expect(header.extraData).toEqual(cometHashOf(1n));
    expect(header.parentBeaconBlockRoot).toBe(`0x${'00'.repeat(32)}`);
    await chain.produce([]);
    expect(chain.backend.head().header.parentBeaconBlockRoot).toBe(bytesToHex(cometHashOf(1n)));
  });

  it('makes blocks whose hash and roots @ethereumjs/block agrees with', async () => {
    const chain = await newChain(funded);
    await chain.produce([transferOf(alice, 0n, bob.address, 1n), transferOf(bob, 0n, alice.address, 2n, {type: 0, maxFeePerGas: 3n * GWEI})]);
    const block = chain.backend.head();
    const {header} = block;
    const headerFields = [
      header.parentHash, header.sha3Uncles, header.miner, header.stateRoot, header.transactionsRoot, header.receiptsRoot, bytesToHex(header.logsBloom),
      header.difficulty, header.number, header.gasLimit, header.gasUsed, header.timestamp, bytesToHex(header.extraData), header.mixHash, header.nonce,
      header.baseFeePerGas, header.withdrawalsRoot, header.blobGasUsed, header.excessBlobGas, header.parentBeaconBlockRoot, header.requestsHash,
    ];
    const raw = RLP.encode([headerFields, block.transactions.map((tx) => (tx.type === 0 ? RLP.decode(tx.raw) : tx.raw)), [], []] as never);
    expect(raw.length).toBe(block.size);
    const common = createCustomCommon({chainId: Number(CHAIN_ID)}, Mainnet, {hardfork: 'osaka'});
    const theirs = createBlockFromRLP(raw, {common, skipConsensusFormatValidation: true});
    expect(bytesToHex(theirs.hash())).toBe(header.hash);
    expect(await theirs.transactionsTrieIsValid()).toBe(true);
    expect(theirs.transactions.map((tx) => tx.getSenderAddress().toString())).toEqual(block.transactions.map(({sender}) => sender));
  });

  it('deploys, calls, reverts, and reports it in results, receipts and logs', async () => {
    const chain = await newChain(funded);
    // sstore(0, calldataload(0)); log1(0, 0, calldataload(0)); revert(0, 32 bytes of 0x2a) when it is zero.
    const runtime = '600035' + '80' + '6011' + '57' + '602a60005260206000fd' + '5b' + '80' + '600055' + '60006000a1' + '00';
    const [deployed] = await chain.produce([transferOf(alice, 0n, bob.address, 0n, {to: undefined, data: deployerOf(runtime), gasLimit: 200_000n})]);
    expect(deployed).toMatchObject({code: 0});
    const [creation] = (await chain.backend.receipts(1n))!;
    const contract = creation!.contractAddress!;
    expect(chain.latest.code(contract)).toEqual(bytes(runtime));
    const word = `${'00'.repeat(31)}07`;
    const results = await chain.produce([
      transferOf(alice, 1n, contract, 0n, {data: bytes(word), gasLimit: 100_000n}),
      transferOf(alice, 2n, contract, 0n, {data: bytes('00'.repeat(32)), gasLimit: 100_000n}),
      transferOf(alice, 3n, contract, 0n, {data: bytes(word), gasLimit: 22_000n}),
    ]);
    expect(results.map(({code}) => code)).toEqual([0, 1, 1]);
    expect(results[1]!.data).toEqual(bytes(`${'00'.repeat(31)}2a`));
    expect(results[2]).toMatchObject({gasUsed: 22_000n, log: 'out of gas'});
    expect(chain.latest.storage(contract, `0x${'00'.repeat(32)}`)).toEqual(bytes(word));
    const receipts = (await chain.backend.receipts(2n))!;
    expect(receipts.map(({status, logs}) => [status, logs.length])).toEqual([[1, 1], [0, 0], [0, 0]]);
    expect(receipts[0]!.logs[0]).toEqual({address: contract, topics: [`0x${word}`], data: new Uint8Array(0)});
    const found: bigint[] = [];
    for await (const number of chain.backend.candidateBlocks(0n, 10n, {addresses: [contract], topics: [[`0x${word}`]]})) found.push(number);
    expect(found).toEqual([2n]);
  });

  it('has a deterministic result for transactions that a decided block should not hold', async () => {
    const chain = await newChain(funded);
    const stale = transferOf(alice, 7n, bob.address, 1n);
    const results = await chain.produce([stale, Uint8Array.of(0xff, 1), transferOf(alice, 0n, bob.address, 1n)], {skipProposal: true});
    expect(results.map(({code}) => code)).toEqual([2, 2, 0]);
    expect(chain.backend.head().transactions).toHaveLength(1);
  });

  it('refuses proposals that hold what cannot be included, and never proposes them', async () => {
    const chain = await newChain(funded);
    const good = transferOf(alice, 0n, bob.address, 1n);
    const next = transferOf(alice, 1n, bob.address, 1n);
    const bad = [
      transferOf(alice, 5n, bob.address, 1n),
      transferOf(signerOf(9), 0n, bob.address, 1n),
      transferOf(bob, 0n, alice.address, 1n, {chainId: 1n}),
      transferOf(bob, 0n, alice.address, 1n, {maxFeePerGas: 1n, maxPriorityFeePerGas: 1n}),
      transferOf(bob, 0n, alice.address, 1n, {gasLimit: 20_000n}),
      transferOf(bob, 0n, alice.address, 1n, {gasLimit: 1n << 25n}),
      Uint8Array.of(0xc0),
    ];
    const header = {hash: cometHashOf(1n), height: 1n, time: {seconds: 1_700_000_001n, nanos: 0}, proposerAddress: new Uint8Array(20)};
    for (const raw of bad) expect(await chain.app.processProposal({...header, txs: [raw]})).toBe(false);
    expect(await chain.app.processProposal({...header, txs: [good, next]})).toBe(true);
    const proposal = await chain.app.prepareProposal({maxTxBytes: 10_000n, height: 1n, time: header.time, proposerAddress: header.proposerAddress, txs: [...bad, good, next]});
    expect(proposal).toEqual([good, next]);
    const small = await chain.app.prepareProposal({maxTxBytes: BigInt(good.length + 2), height: 1n, time: header.time, proposerAddress: header.proposerAddress, txs: [good, next]});
    expect(small).toEqual([good]);
    await chain.close();
  });

  it('initialises again to the same app hash, and refuses another genesis', async () => {
    const db = memoryStore();
    const first = await openChain(db);
    const appHash = await initialise(first, appStateOf(funded));
    const again = await openChain(db);
    expect(await initialise(again, appStateOf(funded))).toEqual(appHash);
    await expect(initialise(again, appStateOf({}))).rejects.toThrow('another genesis');
    expect(await again.app.info()).toMatchObject({lastBlockHeight: 0n, lastBlockAppHash: appHash});
  });

  it('finalises the same height again to the same result, and another block instead', async () => {
    const chain = await newChain(funded);
    const request = (txs: Uint8Array[], hash: Uint8Array) => ({
      txs, hash, height: 1n, time: {seconds: 1_700_000_001n, nanos: 0}, proposerAddress: new Uint8Array(20), misbehavior: [], evidence: [],
      nextValidatorsHash: new Uint8Array(32),
      decidedLastCommit: {height: 0n, round: 0, blockId: {hash: new Uint8Array(0), partSetHeader: {total: 0, hash: new Uint8Array(0)}}, signatures: []},
    });
    const a = request([transferOf(alice, 0n, bob.address, 1n)], cometHashOf(1n));
    const b = request([transferOf(bob, 0n, alice.address, 1n)], cometHashOf(99n));
    expect(await chain.app.processProposal(a)).toBe(true);
    const first = await chain.app.finalizeBlock(a);
    expect(await chain.app.finalizeBlock(a)).toEqual(first);
    const other = await chain.app.finalizeBlock(b);
    expect(other.appHash).not.toEqual(first.appHash);
    expect(await chain.app.finalizeBlock(a)).toEqual(first);
    await chain.app.commit();
    expect((await chain.app.info()).lastBlockAppHash).toEqual(first.appHash);
  });
});
