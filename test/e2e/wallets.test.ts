import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {execFile} from 'node:child_process';
import {resolve} from 'node:path';
import {promisify} from 'node:util';
import * as ethers from 'ethers';
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  parseEther,
  webSocket,
  type Abi,
  type Hex,
  type Log,
} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {compile} from '../support/solc.ts';
import {startDevnet, untilHeight, type TestDevnet} from '../support/devnet.ts';

const run = promisify(execFile);
const CAST = resolve(import.meta.dirname, '../../node_modules/.bin/cast');
const MNEMONIC = 'test test test test test test test test test test test junk';

const COUNTER = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;
contract Counter {
    error TooLarge(uint256 by, uint256 max);
    event Increased(address indexed by, uint256 value);
    uint256 public value;
    function increase(uint256 by) external {
        if (by > 10) revert TooLarge(by, 10);
        require(by != 7, "seven is refused");
        value += by;
        emit Increased(msg.sender, value);
    }
}`;

describe('wallets and tools, unchanged', () => {
  let net: TestDevnet;
  let abi: Abi;
  let bytecode: Hex;
  beforeAll(async () => {
    net = await startDevnet({validators: 1});
    const contract = compile(COUNTER)['Counter'];
    if (contract === undefined) throw new Error('no contract');
    abi = contract.abi;
    bytecode = contract.bytecode;
  }, 120_000);
  afterAll(async () => {
    await net.dispose();
  }, 60_000);

  const viemClients = (index: number) => {
    const chain = defineChain({
      id: 72590,
      name: 'Qanat devnet',
      nativeCurrency: {name: 'Qanat', symbol: 'QANAT', decimals: 18},
      rpcUrls: {default: {http: [net.rpcUrl()], webSocket: [net.wsUrl()]}},
    });
    const account = mnemonicToAccount(MNEMONIC, {addressIndex: index});
    return {
      account,
      reader: createPublicClient({chain, transport: http(), pollingInterval: 50}),
      wallet: createWalletClient({chain, account, transport: http()}),
    };
  };

  it('viem: transfers of types 0, 1 and 2', async () => {
    const {reader, wallet} = viemClients(0);
    const to = '0x00000000000000000000000000000000000000aa';
    for (const type of ['legacy', 'eip2930', 'eip1559'] as const) {
      const hash = await wallet.sendTransaction({to, value: parseEther('1'), type, ...(type === 'eip2930' ? {accessList: [{address: to, storageKeys: []}]} : {})} as never);
      const receipt = await reader.waitForTransactionReceipt({hash});
      expect(receipt).toMatchObject({status: 'success', type});
      expect(receipt.effectiveGasPrice).toBeGreaterThan(0n);
      expect((await reader.getTransaction({hash})).type).toBe(type);
    }
    expect(await reader.getBalance({address: to})).toBe(parseEther('3'));
  });

  it('viem: deploys, calls, reads logs, blocks and fee history, estimates gas, and sees why a call reverts', async () => {
    const {account, reader, wallet} = viemClients(1);
    const deployment = await reader.waitForTransactionReceipt({hash: await wallet.deployContract({abi, bytecode})});
    const address = deployment.contractAddress as Hex;
    expect(await reader.getCode({address})).not.toBeUndefined();

    const gas = await reader.estimateContractGas({account, address, abi, functionName: 'increase', args: [5n]});
    const hash = await wallet.writeContract({address, abi, functionName: 'increase', args: [5n], gas});
    const receipt = await reader.waitForTransactionReceipt({hash});
    expect(receipt.status).toBe('success');
    expect(receipt.gasUsed).toBeLessThanOrEqual(gas);
    expect(await reader.readContract({address, abi, functionName: 'value'})).toBe(5n);

    const logs = await reader.getContractEvents({address, abi, eventName: 'Increased', fromBlock: 0n});
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({args: {by: account.address, value: 5n}, transactionHash: hash});

    await expect(reader.simulateContract({account, address, abi, functionName: 'increase', args: [11n]})).rejects.toThrow(/TooLarge\(uint256 by, uint256 max\)\s+\(11, 10\)/);
    await expect(reader.simulateContract({account, address, abi, functionName: 'increase', args: [7n]})).rejects.toThrow(/seven is refused/);

    const block = await reader.getBlock({includeTransactions: true, blockNumber: receipt.blockNumber});
    expect(block.transactions.map((transaction) => transaction.hash)).toContain(hash);
    expect(block.mixHash).not.toBe(`0x${'00'.repeat(32)}`);
    const history = await reader.getFeeHistory({blockCount: 3, rewardPercentiles: [25, 75]});
    expect(history.baseFeePerGas.length).toBeGreaterThan(1);
  });

  it('viem: WebSocket subscriptions to new heads and logs', async () => {
    const {reader, wallet} = viemClients(2);
    const {contractAddress} = await reader.waitForTransactionReceipt({hash: await wallet.deployContract({abi, bytecode})});
    const address = contractAddress as Hex;
    const socket = createPublicClient({transport: webSocket(net.wsUrl())});
    const heads = Promise.withResolvers<bigint>();
    const logs = Promise.withResolvers<Log[]>();
    const stopHeads = socket.watchBlockNumber({onBlockNumber: heads.resolve, onError: heads.reject, emitMissed: false});
    const stopLogs = socket.watchContractEvent({address, abi, onLogs: (seen) => logs.resolve(seen as Log[]), onError: logs.reject});
    await socket.getBlockNumber();
    await reader.waitForTransactionReceipt({hash: await wallet.writeContract({address, abi, functionName: 'increase', args: [1n]})});
    expect(await heads.promise).toBeGreaterThan(0n);
    expect((await logs.promise)[0]?.address.toLowerCase()).toBe(address.toLowerCase());
    stopHeads();
    stopLogs();
    await (await socket.transport.getRpcClient()).close();
  });

  it('ethers v6: transfer, deploy, call, events, revert data', async () => {
    // Without its cache of 250 ms, longer than a block takes here: it would give out a nonce twice.
    const provider = new ethers.JsonRpcProvider(net.rpcUrl(), undefined, {polling: true, pollingInterval: 50, cacheTimeout: -1});
    try {
      const wallet = ethers.HDNodeWallet.fromPhrase(MNEMONIC, undefined, "m/44'/60'/0'/0/3").connect(provider);
      for (const type of [0, 1, 2]) {
        const response = await wallet.sendTransaction({to: '0x00000000000000000000000000000000000000bb', value: 5n, type});
        expect((await response.wait())?.status).toBe(1);
      }
      const factory = new ethers.ContractFactory(abi as ethers.InterfaceAbi, bytecode, wallet);
      const deployed = (await factory.deploy()) as ethers.Contract;
      await deployed.waitForDeployment();
      const response = (await deployed.getFunction('increase')(4n)) as ethers.ContractTransactionResponse;
      const receipt = await response.wait();
      expect(receipt?.logs).toHaveLength(1);
      expect(await deployed.getFunction('value')()).toBe(4n);
      await expect(deployed.getFunction('increase').staticCall(12n)).rejects.toMatchObject({code: 'CALL_EXCEPTION', revert: {name: 'TooLarge'}});
      expect((await provider.getFeeData()).maxFeePerGas).toBeGreaterThan(0n);
      expect((await provider.getBlock('latest'))?.hash).toMatch(/^0x/);
    } finally {
      provider.destroy();
    }
  });

  it('cast: send, call, receipt, logs, estimate, block, rpc', async () => {
    const [account] = net.network.accounts.slice(4);
    if (account === undefined) throw new Error('no account');
    const cast = async (command: string, ...args: string[]): Promise<string> => (await run(CAST, [command, '--rpc-url', net.rpcUrl(), ...args])).stdout.trim();
    const sent = JSON.parse(await cast('send', '0x00000000000000000000000000000000000000cc', '--value', '1ether', '--private-key', account.privateKey, '--json')) as {status: string};
    expect(sent.status).toBe('0x1');
    const legacy = JSON.parse(await cast('send', '0x00000000000000000000000000000000000000cc', '--value', '1', '--legacy', '--private-key', account.privateKey, '--json')) as {type: string};
    expect(legacy.type).toBe('0x0');
    const deployed = JSON.parse(await cast('send', '--private-key', account.privateKey, '--json', '--create', bytecode)) as {contractAddress: string};
    const address = deployed.contractAddress;
    const increase = JSON.parse(await cast('send', address, 'increase(uint256)', '3', '--private-key', account.privateKey, '--json')) as {transactionHash: string; logs: unknown[]};
    expect(increase.logs).toHaveLength(1);
    expect(await cast('call', address, 'value()(uint256)')).toBe('3');
    expect(await cast('receipt', increase.transactionHash, 'status')).toMatch(/1|true/);
    expect(JSON.parse(await cast('logs', '--from-block', '0', '--address', address, '--json'))).toHaveLength(1);
    expect(Number(await cast('estimate', address, 'increase(uint256)', '1'))).toBeGreaterThan(21_000);
    // The npm wrapper of cast hides its exit code.
    const refused = await run(CAST, ['call', '--rpc-url', net.rpcUrl(), address, 'increase(uint256)', '99']).catch((error: {stderr: string}) => error);
    expect(refused.stderr).toMatch(/execution reverted.*0x677fd0e3/);
    expect(await cast('chain-id')).toBe('72590');
    expect(await cast('block-number')).toMatch(/^\d+$/);
    expect(await cast('storage', address, '0')).toMatch(/3$/);
  });

  it("refuses bad transactions with geth's words", async () => {
    const {reader, wallet, account} = viemClients(5);
    const base = {to: account.address, value: 0n, gas: 21_000n, maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1n, type: 'eip1559'} as const;
    const submit = async (fields: object): Promise<Hex> => {
      const serializedTransaction = await account.signTransaction({...base, chainId: 72590, nonce: 0, ...fields} as never);
      return reader.sendRawTransaction({serializedTransaction});
    };
    const {blockNumber} = await reader.waitForTransactionReceipt({hash: await wallet.sendTransaction(base)});
    // The pool lets go of a block's transactions just after the block can be read.
    await untilHeight(net.rpcUrl(), blockNumber + 1n);
    await expect(submit({nonce: 0})).rejects.toThrow(/nonce too low: next nonce 1, tx nonce 0/);
    await expect(submit({nonce: 1, chainId: 1})).rejects.toThrow(/invalid chain id|invalid sender/);
    await expect(submit({nonce: 1, value: parseEther('1000000')})).rejects.toThrow(/insufficient funds for gas \* price \+ value/);
    await expect(submit({nonce: 1, gas: 20_999n})).rejects.toThrow(/intrinsic gas too low/);
    await expect(submit({nonce: 1, data: `0x${'00'.repeat(140_000)}`, gas: 10_000_000n})).rejects.toThrow(/oversized data/);
    await expect(reader.sendRawTransaction({serializedTransaction: '0x02c0'})).rejects.toThrow();
  });
});
