/** A development chain in a process of its own, as the tools of its users drive it: viem in both modes, ethers, Hardhat's helpers, cast. */
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {verifyMerkleProof} from '@ethereumjs/mpt';
import {RLP} from '@ethereumjs/rlp';
import * as ethers from 'ethers';
import {
  createTestClient,
  defineChain,
  encodeFunctionData,
  hexToBytes,
  http,
  keccak256,
  pad,
  parseEther,
  publicActions,
  recoverMessageAddress,
  recoverTypedDataAddress,
  serializeTransaction,
  toHex,
  walletActions,
  type Abi,
  type Hex,
} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {rpc, startDevnet, startNode, type TestDevnet} from '../support/devnet.ts';
import {compile} from '../support/solc.ts';

const run = promisify(execFile);
const CAST = resolve(import.meta.dirname, '../../node_modules/.bin/cast');
const MNEMONIC = 'test test test test test test test test test test test junk';
const ALICE = mnemonicToAccount(MNEMONIC, {addressIndex: 0});
const BOB = mnemonicToAccount(MNEMONIC, {addressIndex: 1});
const STRANGER: Hex = '0x1234567890123456789012345678901234567890';
const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`;

const CLOCK = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;
contract Clock {
    uint256 public value;
    uint256 public time;
    address public caller;
    receive() external payable {}
    function mark(uint256 to) external { value = to; time = block.timestamp; caller = msg.sender; }
}`;

type Account = {nonce: bigint; balance: bigint; storageHash: Hex; codeHash: Hex};

/** The account, and its slots, that a proof shows under a state root; by a trie that is not ours. */
async function proven(net: TestDevnet, address: Hex, slots: Hex[] = []): Promise<Account & {slots: bigint[]}> {
  const block = await rpc<{stateRoot: Hex}>(net.rpcUrl(), 'eth_getBlockByNumber', ['latest', false]);
  type Proof = {accountProof: Hex[]; balance: Hex; nonce: Hex; storageHash: Hex; codeHash: Hex; storageProof: {key: Hex; value: Hex; proof: Hex[]}[]};
  const answer = await rpc<Proof>(net.rpcUrl(), 'eth_getProof', [address, slots, 'latest']);
  const read = async (root: Hex, key: Hex, proof: Hex[]): Promise<Uint8Array | null> => {
    expect(keccak256(proof[0]!)).toBe(root);
    return verifyMerkleProof(hexToBytes(keccak256(key)), proof.map((node) => hexToBytes(node)));
  };
  const found = await read(block.stateRoot, address, answer.accountProof);
  const [nonce, balance, storageHash, codeHash] = found === null ? [] : (RLP.decode(found) as Uint8Array[]);
  const number = (bytes: Uint8Array | undefined): bigint => (bytes === undefined || bytes.length === 0 ? 0n : BigInt(toHex(bytes)));
  expect(number(balance)).toBe(BigInt(answer.balance));
  expect(number(nonce)).toBe(BigInt(answer.nonce));
  const values: bigint[] = [];
  for (const {key, value, proof} of answer.storageProof) {
    const leaf = proof.length === 0 ? null : await read(answer.storageHash, pad(key), proof);
    values.push(leaf === null ? 0n : number(RLP.decode(leaf) as Uint8Array));
    expect(values.at(-1)).toBe(BigInt(value));
  }
  if (found !== null) expect([toHex(storageHash!), toHex(codeHash!)]).toEqual([answer.storageHash, answer.codeHash]);
  return {nonce: number(nonce), balance: number(balance), storageHash: answer.storageHash, codeHash: answer.codeHash, slots: values};
}

function clients(net: TestDevnet, mode: 'anvil' | 'hardhat') {
  const chain = defineChain({
    id: 72590,
    name: 'Qanat development chain',
    nativeCurrency: {name: 'Qanat', symbol: 'QANAT', decimals: 18},
    rpcUrls: {default: {http: [net.rpcUrl()]}},
  });
  return createTestClient({mode, chain, transport: http(net.rpcUrl()), cacheTime: 0, pollingInterval: 20}).extend(publicActions).extend(walletActions);
}

const {abi, bytecode} = compile(CLOCK)['Clock'] as {abi: Abi; bytecode: Hex};
const MARK = (to: bigint): Hex => encodeFunctionData({abi, functionName: 'mark', args: [to]});

describe.each(['anvil', 'hardhat'] as const)('viem in mode %s', (mode) => {
  let net: TestDevnet;
  let client: ReturnType<typeof clients>;
  beforeAll(async () => {
    net = await startDevnet({validators: 1, args: ['--dev']});
    client = clients(net, mode);
  }, 120_000);
  afterAll(async () => net.dispose(), 60_000);

  const pay = (value = 1n) => client.sendTransaction({account: ALICE, to: STRANGER, value});
  const deploy = async (): Promise<Hex> => {
    const receipt = await client.getTransactionReceipt({hash: await client.deployContract({account: ALICE, abi, bytecode})});
    return receipt.contractAddress!;
  };

  it('has a block for a transaction before the submission is answered, and no empty ones', async () => {
    const before = await client.getBlockNumber();
    const hash = await pay();
    const receipt = await client.getTransactionReceipt({hash});
    expect(receipt).toMatchObject({status: 'success', blockNumber: before + 1n});
    expect(await client.getBlockNumber()).toBe(before + 1n);
    const block = await client.getBlock();
    expect(block.parentHash).toBe((await client.getBlock({blockNumber: before})).hash);
  });

  it('sets balance, nonce, code and storage: at once in the newest state, and in the next block\'s state root', async () => {
    const target = await deploy();
    const untouched = await proven(net, STRANGER);
    const {number} = await client.getBlock();
    await client.setBalance({address: STRANGER, value: parseEther('7')});
    await client.setNonce({address: STRANGER, nonce: 9});
    await client.setStorageAt({address: target, index: 0, value: pad('0x2a')});
    await client.setCode({address: BOB.address, bytecode: '0x600160005260206000f3'});
    expect(await client.getBlockNumber()).toBe(number);
    const read = async () => ({
      balance: await client.getBalance({address: STRANGER}),
      nonce: await client.getTransactionCount({address: STRANGER}),
      value: await client.readContract({address: target, abi, functionName: 'value'}),
      slot: await client.getStorageAt({address: target, slot: '0x0'}),
      code: await client.getCode({address: BOB.address}),
      answer: (await client.call({to: BOB.address})).data,
    });
    const wanted = {balance: parseEther('7'), nonce: 9, value: 42n, slot: pad('0x2a'), code: '0x600160005260206000f3', answer: pad('0x01')};
    expect(await read()).toEqual(wanted);
    // The head block does not say so yet, and its proofs are those of the head block.
    expect(await proven(net, STRANGER)).toEqual(untouched);
    await client.mine({blocks: 1});
    expect(await read()).toEqual(wanted);
    expect(await proven(net, STRANGER)).toMatchObject({balance: parseEther('7'), nonce: 9n});
    expect(await proven(net, target, [ZERO_WORD])).toMatchObject({slots: [42n]});
    expect((await proven(net, BOB.address)).codeHash).toBe(keccak256('0x600160005260206000f3'));
    await client.setCode({address: BOB.address, bytecode: '0x'});
    // Down to nothing, too.
    await client.setStorageAt({address: target, index: 0, value: ZERO_WORD});
    await client.setBalance({address: STRANGER, value: 0n});
    await client.setNonce({address: STRANGER, nonce: 0});
    await pay(0n);
    expect(await client.getBalance({address: STRANGER})).toBe(0n);
    expect(await proven(net, target, [ZERO_WORD])).toMatchObject({slots: [0n]});
  });

  it('moves time: forward, to a moment, and by a step per block', async () => {
    const first = (await client.getBlock()).timestamp;
    await client.increaseTime({seconds: 3600});
    await client.mine({blocks: 1});
    const later = (await client.getBlock()).timestamp;
    expect(later).toBeGreaterThanOrEqual(first + 3600n);
    await client.setNextBlockTimestamp({timestamp: later + 1_000_000n});
    const target = await deploy();
    expect((await client.getBlock()).timestamp).toBe(later + 1_000_000n);
    await client.sendTransaction({account: ALICE, to: target, data: MARK(1n)});
    // The clock goes on from there.
    expect(await client.readContract({address: target, abi, functionName: 'time'})).toBeGreaterThanOrEqual(later + 1_000_000n);
    await client.mine({blocks: 5, interval: 100});
    const head = await client.getBlock();
    const before = await client.getBlock({blockNumber: head.number - 4n});
    expect(head.timestamp - before.timestamp).toBe(400n);
    await expect(client.setNextBlockTimestamp({timestamp: head.timestamp - 1n})).rejects.toThrow(/is lower than that of the latest block/);
  });

  it('mines when told to, with many transactions in one block, and drops one that waits', async () => {
    await client.setAutomine(false);
    expect(await client.getAutomine()).toBe(false);
    const before = await client.getBlockNumber();
    const nonce = await client.getTransactionCount({address: ALICE.address});
    const send = (index: number) => client.sendTransaction({account: ALICE, to: STRANGER, value: 1n, nonce: nonce + index, gas: 21_000n});
    const hashes = [await send(0), await send(1), await send(2)];
    expect(await client.getBlockNumber()).toBe(before);
    await client.dropTransaction({hash: hashes[2]!});
    await client.mine({blocks: 1});
    const block = await client.getBlock();
    expect(block).toMatchObject({number: before + 1n, transactions: hashes.slice(0, 2)});
    await expect(client.getTransaction({hash: hashes[2]!})).rejects.toThrow();
    await send(2);
    await client.setAutomine(true);
    expect(await client.getBlockNumber()).toBe(before + 2n);
    expect(await client.getTxpoolStatus()).toEqual({pending: 0, queued: 0});
  });

  it('sets base fee, coinbase and gas limit of what comes', async () => {
    await client.setNextBlockBaseFeePerGas({baseFeePerGas: 7_000_000_000n});
    await client.setCoinbase({address: '0x00000000000000000000000000000000000000c0'});
    await client.setBlockGasLimit({gasLimit: 40_000_000n});
    await client.sendTransaction({account: ALICE, to: STRANGER, value: 1n, maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n, gas: 21_000n});
    const block = await client.getBlock();
    expect(block).toMatchObject({baseFeePerGas: 7_000_000_000n, miner: '0x00000000000000000000000000000000000000c0', gasLimit: 40_000_000n});
    expect(await client.getBalance({address: block.miner})).toBe(21_000n * 1_000_000_000n);
    await client.mine({blocks: 1});
    expect((await client.getBlock()).gasLimit).toBe(40_000_000n);
    expect((await client.getBlock()).baseFeePerGas).toBeLessThan(7_000_000_000n);
  });

  it('sends for accounts whose key nobody has: a contract, its hashes and receipts like all others', async () => {
    const target = await deploy();
    const contract = await deploy();
    await client.setBalance({address: contract, value: parseEther('1')});
    const request = {account: contract, to: target, data: MARK(5n)} as const;
    await expect(client.sendTransaction(request)).rejects.toThrow(/unknown account .*impersonate it first/);
    await client.impersonateAccount({address: contract});
    expect(await rpc<Hex[]>(net.rpcUrl(), 'eth_accounts')).toContain(contract);
    const hash = await client.sendTransaction(request);
    const [receipt, tx] = [await client.getTransactionReceipt({hash}), await client.getTransaction({hash})];
    expect(receipt).toMatchObject({status: 'success', from: contract, to: target});
    expect(tx).toMatchObject({from: contract, hash, r: '0x0', blockHash: receipt.blockHash, type: 'eip1559'});
    expect(await client.readContract({address: target, abi, functionName: 'caller'})).toBe(ethers.getAddress(contract));
    // Its hash is that of its bytes, as the block holds them.
    const raw = await rpc<Hex>(net.rpcUrl(), 'eth_getRawTransactionByHash', [hash]);
    expect(keccak256(raw)).toBe(hash);
    expect(await client.getTransactionCount({address: contract})).toBe(2);
    // The block took in a balance that was set by hand, and is executed again with it.
    const trace = await rpc<{from: Hex; to: Hex; gasUsed: Hex}>(net.rpcUrl(), 'debug_traceTransaction', [hash, {tracer: 'callTracer'}]);
    expect(trace).toMatchObject({from: contract, to: target, gasUsed: toHex(receipt.gasUsed)});
    await client.stopImpersonatingAccount({address: contract});
    await expect(client.sendTransaction(request)).rejects.toThrow(/unknown account/);
    // Nor can anybody hand in such bytes by themselves.
    await expect(client.sendRawTransaction({serializedTransaction: raw})).rejects.toThrow(/invalid transaction v, r, s values|already known|nonce too low/);
    const forged = serializeTransaction(
      {type: 'eip1559', chainId: 72590, nonce: 2, to: target, gas: 100_000n, maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1n},
      {r: '0x0', s: pad(contract), yParity: 0},
    );
    await expect(client.sendRawTransaction({serializedTransaction: forged})).rejects.toThrow(/invalid transaction v, r, s values/);
  });

  it('goes back: state, blocks, receipts, pool and time; and a snapshot is used once', async () => {
    const target = await deploy();
    await client.setAutomine(false);
    const waiting = await pay(3n);
    await client.setBalance({address: STRANGER, value: 555n});
    const before = {head: await client.getBlock(), nonce: await client.getTransactionCount({address: ALICE.address}), alice: await client.getBalance(ALICE)};
    const outer = await client.snapshot();

    await client.mine({blocks: 1});
    await client.setAutomine(true);
    const marked = await client.sendTransaction({account: ALICE, to: target, data: MARK(77n)});
    const {blockHash, blockNumber} = await client.getTransactionReceipt({hash: marked});
    const inner = await client.snapshot();
    await client.increaseTime({seconds: 1_000_000});
    await client.mine({blocks: 70});
    await client.setAutomine(false);
    expect(await client.readContract({address: target, abi, functionName: 'value'})).toBe(77n);

    await client.revert({id: outer});
    expect(await client.getBlock()).toEqual(before.head);
    expect(await client.getTransactionCount({address: ALICE.address})).toBe(before.nonce);
    expect(await client.getBalance(ALICE)).toBe(before.alice);
    expect(await client.readContract({address: target, abi, functionName: 'value'})).toBe(0n);
    expect(await client.getBalance({address: STRANGER})).toBe(555n);
    await expect(client.getTransactionReceipt({hash: marked})).rejects.toThrow(/could not be found/);
    await expect(client.getBlock({blockHash})).rejects.toThrow(/could not be found/);
    await expect(client.getBlock({blockNumber})).rejects.toThrow(/could not be found/);
    expect(await client.getTxpoolStatus()).toEqual({pending: 1, queued: 0});
    expect((await client.getTransaction({hash: waiting})).blockHash).toBeNull();
    // Both are used up.
    for (const id of [outer, inner]) expect(await rpc(net.rpcUrl(), 'evm_revert', [id])).toBe(false);

    await client.mine({blocks: 1});
    const after = await client.getBlock();
    expect(after).toMatchObject({number: before.head.number + 1n, transactions: [waiting], parentHash: before.head.hash});
    expect(after.timestamp).toBeLessThan(before.head.timestamp + 1_000_000n);
    expect(await proven(net, STRANGER)).toMatchObject({balance: 558n});
    await client.setAutomine(true);
  });

  it('blocks come at an interval when that is asked for', async () => {
    const before = await client.getBlockNumber();
    // Seconds, as in anvil; viem sends Hardhat milliseconds.
    await rpc(net.rpcUrl(), 'evm_setIntervalMining', [1]);
    expect(await client.getAutomine()).toBe(false);
    const hash = await pay();
    const receipt = await client.waitForTransactionReceipt({hash, timeout: 60_000});
    expect(receipt.blockNumber).toBeGreaterThan(before);
    await client.setIntervalMining({interval: 0});
    await client.setAutomine(true);
  });

  it('is at genesis again after a reset, and refuses to fork', async () => {
    await pay();
    await client.reset();
    expect(await client.getBlockNumber()).toBe(0n);
    expect(await client.getBalance({address: BOB.address})).toBe(parseEther('10000'));
    expect(await client.getTransactionCount({address: ALICE.address})).toBe(0);
    const genesis = await proven(net, ALICE.address);
    expect(genesis).toMatchObject({balance: parseEther('10000'), nonce: 0n});
    await expect(client.reset({jsonRpcUrl: 'http://127.0.0.1:1', blockNumber: 1n})).rejects.toThrow(/does not fork others/);
    await pay();
    expect(await client.getBlockNumber()).toBe(1n);
  });
});

describe('other tools', () => {
  let net: TestDevnet;
  beforeAll(async () => {
    net = await startDevnet({validators: 1, args: ['--dev']});
  }, 120_000);
  afterAll(async () => net.dispose(), 60_000);
  const call = <T>(method: string, params: unknown[] = []) => rpc<T>(net.rpcUrl(), method, params);

  it('the requests of @nomicfoundation/hardhat-network-helpers', async () => {
    // As its mine, mineUpTo, time.*, setBalance, setStorageAt, setNextBlockBaseFeePerGas, takeSnapshot and loadFixture send them.
    expect(await call('hardhat_mine', ['0x3', '0x1'])).toBe(true);
    expect(await call('hardhat_mine', [toHex(5n)])).toBe(true);
    const block = await call<{number: Hex; timestamp: Hex}>('eth_getBlockByNumber', ['latest', false]);
    expect(BigInt(block.number)).toBe(8n);
    await call('evm_setNextBlockTimestamp', [toHex(BigInt(block.timestamp) + 50n)]);
    expect(await call('evm_mine')).toBe('0x0');
    expect(BigInt((await call<{timestamp: Hex}>('eth_getBlockByNumber', ['latest', false])).timestamp)).toBe(BigInt(block.timestamp) + 50n);
    expect(await call('hardhat_setBalance', [STRANGER, '0x0de0b6b3a7640000'])).toBe(true);
    expect(await call('hardhat_setNonce', [STRANGER, '0x00000000000000000000000000000000000000000000000000000000000000a0'])).toBe(true);
    expect(await call('eth_getTransactionCount', [STRANGER, 'latest'])).toBe('0xa0');
    expect(await call('hardhat_setCode', [STRANGER, '0x00'])).toBe(true);
    expect(await call('hardhat_setStorageAt', [STRANGER, '0x1', pad('0x5')])).toBe(true);
    expect(await call('eth_getStorageAt', [STRANGER, '0x1', 'latest'])).toBe(pad('0x5'));
    expect(await call('hardhat_setNextBlockBaseFeePerGas', ['0x3b9aca00'])).toBe(true);
    const id = await call('evm_snapshot');
    await call('hardhat_impersonateAccount', [STRANGER]);
    await call('eth_sendTransaction', [{from: STRANGER, to: BOB.address, value: '0x1', gas: '0x5208'}]);
    expect(await call('evm_revert', [id])).toBe(true);
    expect(await call('eth_getTransactionCount', [STRANGER, 'latest'])).toBe('0xa0');
    expect(await call('hardhat_stopImpersonatingAccount', [STRANGER])).toBe(true);
    expect(await call('hardhat_dropTransaction', [ZERO_WORD])).toBe(false);
    expect(await call('hardhat_metadata')).toMatchObject({chainId: 72590, clientVersion: expect.stringContaining('Qanat')});
    await call('hardhat_reset');
    expect(await call('eth_blockNumber')).toBe('0x0');
  });

  it('ethers: the node\'s own accounts, which it signs for', async () => {
    const provider = new ethers.JsonRpcProvider(net.rpcUrl(), 72590, {staticNetwork: true, cacheTimeout: -1});
    const signer = await provider.getSigner(0);
    expect(signer.address).toBe(ALICE.address);
    const receipt = await (await signer.sendTransaction({to: STRANGER, value: 5n})).wait();
    expect(receipt).toMatchObject({status: 1, from: ALICE.address});
    const tx = await provider.getTransaction(receipt!.hash);
    expect(tx!.signature.r).not.toBe(ZERO_WORD);
    expect(ethers.verifyMessage('water', await signer.signMessage('water'))).toBe(ALICE.address);
    const typed = {domain: {name: 'Qanat', chainId: 72590}, types: {Note: [{name: 'text', type: 'string'}]}, message: {text: 'water'}} as const;
    const signature = (await signer.signTypedData(typed.domain, {Note: [...typed.types.Note]}, typed.message)) as Hex;
    expect(await recoverTypedDataAddress({...typed, primaryType: 'Note', signature})).toBe(ALICE.address);
    expect(await recoverMessageAddress({message: 'water', signature: (await call<Hex>('eth_sign', [ALICE.address, toHex('water')]))})).toBe(ALICE.address);
    await expect(call('personal_sign', [toHex('water'), STRANGER])).rejects.toThrow(/signs with the keys of the development mnemonic alone/);
    // A transaction without a signature is one that ethers can read.
    await call('anvil_setBalance', [STRANGER, '0xde0b6b3a7640000']);
    const forced = await call<Hex>('eth_sendUnsignedTransaction', [{from: STRANGER, to: BOB.address, value: '0x1'}]);
    expect(await provider.getTransaction(forced)).toMatchObject({from: ethers.getAddress(STRANGER), hash: forced});
    provider.destroy();
  });

  it('cast rpc, with numbers as a person types them', async () => {
    const cast = async (...args: string[]): Promise<string> => (await run(CAST, ['rpc', '--rpc-url', net.rpcUrl(), ...args], {env: {...process.env, NO_PROXY: '127.0.0.1'}})).stdout.trim();
    expect(await cast('anvil_setBalance', STRANGER, '1000')).toBe('null');
    expect(BigInt(JSON.parse(await cast('eth_getBalance', STRANGER, 'latest')))).toBe(1000n);
    const id = JSON.parse(await cast('evm_snapshot')) as string;
    expect(await cast('evm_increaseTime', '60')).toBe('60');
    expect(await cast('evm_mine')).toBe('"0x0"');
    expect(await cast('anvil_mine', '2')).toBe('null');
    expect(await cast('evm_mine', '{"blocks":3}')).toBe('"0x0"');
    expect(await cast('anvil_impersonateAccount', STRANGER)).toBe('null');
    expect(JSON.parse(await cast('anvil_nodeInfo'))).toMatchObject({hardFork: 'osaka'});
    expect(await cast('evm_revert', id)).toBe('true');
  }, 60_000);

  it('limits: what is too much is refused by name', async () => {
    await expect(call('evm_mine', [{blocks: 100_001}])).rejects.toThrow(/-32005 at most 100000 blocks/);
    await expect(call('evm_increaseTime', [2 ** 50])).rejects.toThrow(/-32005 the clock may be moved/);
    await expect(call('evm_setNextBlockTimestamp', [2 ** 50])).rejects.toThrow(/-32005/);
    await expect(call('evm_setBlockGasLimit', [2 ** 40])).rejects.toThrow(/-32005 a gas limit/);
    await expect(call('evm_setIntervalMining', [2 ** 40])).rejects.toThrow(/-32005 an interval/);
    await expect(call('anvil_setCode', [STRANGER, `0x${'00'.repeat(1024 * 1024 + 1)}`])).rejects.toThrow(/-32005 code of 1048577 bytes/);
    await expect(call('anvil_setStorageAt', [`0x${'ee'.repeat(20)}`, '0x0', '0x1'])).rejects.toThrow(/-32000 .*EIP-161/);
    await expect(call('anvil_setBalance', [STRANGER, 1.5])).rejects.toThrow(/-32602/);
    await expect(call('evm_revert', ['0xffff'])).resolves.toBe(false);
  });
});

describe('a home', () => {
  it('goes on after a restart and after kill -9: blocks, snapshots, what was set by hand, what waits; and is of one kind', async () => {
    const home = mkdtempSync(join(tmpdir(), 'qanat-test-dev-'));
    let net = await startDevnet({validators: 1, home, args: ['--dev']});
    const {basePort} = net;
    const again = async (): Promise<void> => {
      net = await startDevnet({validators: 1, home, basePort, args: ['--dev']});
    };
    const validatorHome = net.network.validators[0]!.home;
    try {
      const call = <T>(method: string, params: unknown[] = []) => rpc<T>(net.rpcUrl(), method, params);
      let client = clients(net, 'anvil');
      await client.sendTransaction({account: ALICE, to: STRANGER, value: 1n});
      await client.increaseTime({seconds: 5_000_000});
      await client.setAutomine(false);
      const waiting = await client.sendTransaction({account: ALICE, to: STRANGER, value: 2n});
      await client.setBalance({address: BOB.address, value: 77n});
      await client.impersonateAccount({address: STRANGER});
      const head = await client.getBlock();
      const snapshot = await client.snapshot();
      process.kill(net.pids()[0]!, 'SIGKILL');
      await net.interrupt();

      await again();
      client = clients(net, 'anvil');
      // The way of mining is a setting of the process: what waited is in a block at once, with what was set by hand.
      const receipt = await client.getTransactionReceipt({hash: waiting});
      expect(receipt.blockNumber).toBe(head.number + 1n);
      expect((await client.getBlock()).parentHash).toBe(head.hash);
      expect((await client.getBlock()).timestamp).toBeGreaterThanOrEqual(head.timestamp + 5_000_000n);
      expect(await proven(net, BOB.address)).toMatchObject({balance: 77n});
      expect(await call('eth_accounts')).toContain(STRANGER);
      await client.mine({blocks: 3});
      await net.interrupt();

      await again();
      client = clients(net, 'anvil');
      expect(await client.getBlockNumber()).toBe(head.number + 4n);
      await client.setAutomine(false);
      expect(await call('evm_revert', [snapshot])).toBe(true);
      expect(await client.getBlock()).toEqual(head);
      expect(await client.getBalance(BOB)).toBe(77n);
      expect((await client.getTransaction({hash: waiting})).blockHash).toBeNull();
      await client.mine({blocks: 1});
      expect(await proven(net, BOB.address)).toMatchObject({balance: 77n});
      await net.interrupt();

      const plain = startNode(validatorHome);
      expect(await plain.exited).toBe(1);
      expect(plain.output()).toMatch(/holds a development chain .*start it with --dev, or delete the chain with `qanat reset/s);
    } finally {
      await net.dispose();
      rmSync(home, {recursive: true, force: true});
    }
  }, 180_000);

  it('of consensus, or of several validators, is refused; and no other node has these methods', async () => {
    const net = await startDevnet({validators: 1});
    try {
      for (const method of ['evm_snapshot', 'evm_mine', 'anvil_setBalance', 'hardhat_impersonateAccount', 'eth_sendUnsignedTransaction', 'personal_sign', 'anvil_nodeInfo']) {
        await expect(rpc(net.rpcUrl(), method)).rejects.toThrow(/-32601 the method .* does not exist/);
      }
      expect(await rpc(net.rpcUrl(), 'eth_accounts')).toEqual([]);
      await net.interrupt();
      const refused = startNode(net.network.validators[0]!.home, ['--dev']);
      expect(await refused.exited).toBe(1);
      expect(refused.output()).toMatch(/holds a chain that consensus made .*start it without --dev/s);
    } finally {
      await net.dispose();
    }
    await expect(startDevnet({validators: 2, args: ['--dev']})).rejects.toThrow(/--dev runs one process without consensus; it cannot be 2 validators/);
  }, 120_000);
});
