import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {createPublicClient, createWalletClient, defineChain, encodeErrorResult, http, parseAbi, type BaseError, type Hex} from 'viem';
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {JsonRpcProvider} from 'ethers';
import {createExecution, decodeRlp, keccak256, type BlockEvent, type Execution, type Transaction} from '../../../node/execution/index.ts';
import {Mempool} from '../../../node/mempool/index.ts';
import {EthRpcServer} from '../../../node/rpc/eth/index.ts';
import {memoryStore} from '../../../node/storage/index.ts';
import {ACCOUNTS, ALICE, ask, BOB, result, silent} from './support.ts';
import {CHAIN_ID, COIN, GWEI} from './test-chain.ts';

/**
 * Without calldata: stores the value in slot 0 and logs it under topic 0x2a. With calldata: reverts with it.
 * Init code, then CALLDATASIZE PUSH1 14 JUMPI | CALLVALUE PUSH1 0 SSTORE | CALLVALUE PUSH1 0 MSTORE PUSH1 2a PUSH1 20 PUSH1 0 LOG1
 * STOP | JUMPDEST CALLDATASIZE PUSH1 0 PUSH1 0 CALLDATACOPY CALLDATASIZE PUSH1 0 REVERT.
 */
const RUNTIME = '366014573460005534600052602a60206000a1005b366000600037366000fd';
const INIT: Hex = `0x601f80600b6000396000f3${RUNTIME}`;
const REASON = encodeErrorResult({abi: parseAbi(['error Error(string)']), args: ['not today']});
const VALIDATOR = new Uint8Array(20).fill(9);

/** One validator's application, driven by hand: what the pool offers goes into the next block. */
class Chain {
  readonly execution: Execution;
  readonly pool: Mempool;
  private height = 0n;

  private constructor(execution: Execution) {
    this.execution = execution;
    const {backend} = execution;
    this.pool = new Mempool(
      {chainId: CHAIN_ID, feeCapMin: GWEI / 10n},
      {
        decode: (raw) => execution.decode(raw),
        state: () => execution.latest,
        baseFee: () => backend.baseFeeOfNextBlock(),
        blockGasLimit: () => backend.head().header.gasLimit,
        intrinsicGas: ({to, data, accessList, authorizationList}: Transaction) =>
          backend.intrinsicGas({...(to !== undefined && {to}), data, accessList, authorizationList}),
        publish: () => {},
        clock: {nowMs: () => 0, setTimer: () => () => {}},
        logger: silent,
      },
    );
  }

  static async start(): Promise<Chain> {
    const execution = await createExecution({db: memoryStore(), logger: silent, now: () => 0});
    const alloc = Object.fromEntries(ACCOUNTS.map(({address}) => [address, {balance: (10_000n * COIN).toString()}]));
    await execution.app.initChain({
      time: {seconds: 1_700_000_000n, nanos: 0},
      chainId: 'qanat-test-1',
      consensusParams: {
        block: {maxBytes: 4n * 1024n * 1024n, maxGas: 60_000_000n},
        evidence: {maxAgeNumBlocks: 1n, maxAgeDurationNs: 1n, maxBytes: 1n},
        validator: {pubKeyTypes: ['ed25519']},
        version: {app: 0n},
        abci: {voteExtensionsEnableHeight: 0n},
      },
      validators: [],
      appState: {evm: {chainId: 72590, gasLimit: '60000000', baseFee: '1000000000', feeRecipients: {}, alloc}},
      initialHeight: 1n,
    });
    return new Chain(execution);
  }

  async mine(): Promise<void> {
    const height = ++this.height;
    const time = {seconds: 1_700_000_000n + height, nanos: 0};
    const {app} = this.execution;
    const txs = await app.prepareProposal({maxTxBytes: 4_000_000n, txs: this.pool.reap(4_000_000n, 60_000_000n), height, time, proposerAddress: VALIDATOR});
    const blockId = {hash: new Uint8Array(0), partSetHeader: {total: 0, hash: new Uint8Array(0)}};
    const {txResults} = await app.finalizeBlock({
      txs,
      decidedLastCommit: {height: height - 1n, round: 0, blockId, signatures: []},
      misbehavior: [],
      evidence: [],
      hash: new Uint8Array(32).fill(Number(height)),
      height,
      time,
      nextValidatorsHash: new Uint8Array(32),
      proposerAddress: VALIDATOR,
    });
    await app.commit();
    await this.pool.update(height, txs, txResults);
  }
}

let chain: Chain;
let server: EthRpcServer;
let node: {url: string};
const clients = () => {
  const definition = defineChain({id: 72590, name: 'qanat', nativeCurrency: {name: 'QANAT', symbol: 'QANAT', decimals: 18}, rpcUrls: {default: {http: [node.url]}}});
  const transport = http(node.url);
  return {
    reader: createPublicClient({chain: definition, transport, pollingInterval: 20}),
    wallet: createWalletClient({account: ACCOUNTS[0]!, chain: definition, transport}),
  };
};

beforeAll(async () => {
  chain = await Chain.start();
  server = new EthRpcServer(
    {port: 0, clientVersion: 'Qanat/v0.1.0/test', namespaces: ['eth', 'net', 'web3', 'txpool', 'debug'], limits: {syncTimeoutMs: 60_000, syncWaitersMax: 2}},
    {chain: chain.execution.backend, pool: chain.pool, network: () => ({peerCount: 0, listening: true, syncing: undefined}), logger: silent},
  );
  node = {url: `http://127.0.0.1:${(await server.listen()).port}`};
});
afterAll(async () => {
  chain.pool.close();
  await server.close();
  await chain.execution.close();
});

describe('the RPC over the execution layer', () => {
  let contract: Hex;

  it('genesis is there before the first block', async () => {
    expect(await result(node, 'eth_blockNumber')).toBe('0x0');
    expect((await result(node, 'eth_getBlockByNumber', 'latest', true)).number).toBe('0x0');
    expect(BigInt(await result(node, 'eth_getBalance', ALICE))).toBe(10_000n * COIN);
  });

  it('transfers of each type, their receipts, and the balances to the wei', async () => {
    const {reader, wallet} = clients();
    const hashes: Hex[] = [];
    for (const type of ['legacy', 'eip2930', 'eip1559'] as const) {
      hashes.push(await wallet.sendTransaction({to: BOB, value: COIN, type, gas: 25_000n, ...(type === 'eip2930' && {accessList: []})} as never));
    }
    await chain.mine();
    const receipts = await Promise.all(hashes.map((hash) => reader.getTransactionReceipt({hash})));
    expect(receipts.map(({status, gasUsed, transactionIndex}) => [status, gasUsed, transactionIndex])).toEqual([0, 1, 2].map((index) => ['success', 21_000n, index]));
    const fees = receipts.reduce((sum, {effectiveGasPrice, gasUsed}) => sum + effectiveGasPrice * gasUsed, 0n);
    expect(await reader.getBalance({address: ALICE})).toBe(10_000n * COIN - 3n * COIN - fees);
    expect(await reader.getBalance({address: BOB})).toBe(10_003n * COIN);
    expect(await reader.getBalance({address: BOB, blockNumber: 0n})).toBe(10_000n * COIN);
    const block = await reader.getBlock({includeTransactions: true});
    expect(block.transactions.map(({hash}) => hash)).toEqual(hashes);
    expect(BigInt(block.mixHash)).not.toBe(0n);
    expect(chain.pool.counts()).toEqual({pending: 0, queued: 0});
  });

  it('the receipt is there when the block is told of', async () => {
    const {wallet} = clients();
    const hash = await wallet.sendTransaction({to: BOB, value: 1n});
    const asked = new Promise((resolve) => {
      const stop = chain.execution.backend.onBlock((_event: BlockEvent) => {
        stop();
        resolve(result(node, 'eth_getTransactionReceipt', hash));
      });
    });
    await chain.mine();
    expect(await asked).toMatchObject({transactionHash: hash, status: '0x1'});
  });

  it('a contract is deployed, called, and its log is found', async () => {
    const {reader, wallet} = clients();
    const deployment = await wallet.deployContract({abi: [], bytecode: INIT});
    await chain.mine();
    const receipt = await reader.getTransactionReceipt({hash: deployment});
    expect(receipt.status).toBe('success');
    contract = receipt.contractAddress!;
    expect(await reader.getCode({address: contract})).toBe(`0x${RUNTIME}`);

    const estimate = await reader.estimateGas({account: ALICE, to: contract, value: 5n});
    const call = await wallet.sendTransaction({to: contract, value: 5n, gas: estimate});
    await chain.mine();
    const {status, gasUsed, blockNumber} = await reader.getTransactionReceipt({hash: call});
    expect(status).toBe('success');
    expect(Number(estimate)).toBeLessThan(Number(gasUsed) * 1.1);
    expect(await reader.getStorageAt({address: contract, slot: '0x0'})).toBe(`0x${'5'.padStart(64, '0')}`);
    const logs = await result(node, 'eth_getLogs', {fromBlock: '0x0', toBlock: 'latest', address: contract, topics: [`0x${'2a'.padStart(64, '0')}`]});
    expect(logs).toMatchObject([{transactionHash: call, blockNumber: `0x${blockNumber.toString(16)}`, data: `0x${'5'.padStart(64, '0')}`, logIndex: '0x0'}]);
    expect(await result(node, 'eth_getLogs', {fromBlock: '0x0', topics: [`0x${'2b'.padStart(64, '0')}`]})).toEqual([]);
  });

  it('reverts carry their data in calls, in estimates and in receipts', async () => {
    const {reader, wallet} = clients();
    const expected = {code: 3, message: 'execution reverted: not today', data: REASON};
    expect((await ask(node, 'eth_call', [{to: contract, data: REASON}, 'latest'])).error).toEqual(expected);
    expect((await ask(node, 'eth_estimateGas', [{to: contract, data: REASON}])).error).toEqual(expected);
    const hash = await wallet.sendTransaction({to: contract, data: REASON, gas: 100_000n});
    await chain.mine();
    expect((await reader.getTransactionReceipt({hash})).status).toBe('reverted');
    const bare = await reader.call({to: contract, data: '0x00'}).catch((error: BaseError) => error);
    expect(String(bare)).toMatch(/execution reverted/i);
  });

  it('calls see overrides, and the fee checks of geth', async () => {
    const poor = `0x${'98'.repeat(20)}`;
    expect((await ask(node, 'eth_call', [{from: poor, to: BOB, value: '0x1'}])).error).toMatchObject({code: -32000, message: expect.stringMatching(/insufficient funds/)});
    expect(await result(node, 'eth_call', {from: poor, to: BOB, value: '0x1'}, 'latest', {[poor]: {balance: '0x1'}})).toBe('0x');
    const returnsSlot = '0x60005460005260206000f3'; // SLOAD(0) and return it.
    const overridden = {[poor]: {code: returnsSlot, state: {[`0x${'0'.repeat(64)}`]: `0x${'7'.padStart(64, '0')}`}}};
    expect(await result(node, 'eth_call', {to: poor}, 'latest', overridden)).toBe(`0x${'7'.padStart(64, '0')}`);
    expect((await ask(node, 'eth_call', [{from: ALICE, to: BOB, maxFeePerGas: '0x1'}])).error).toMatchObject({code: -32000, message: expect.stringMatching(/max fee per gas less than block base fee/)});
    expect((await ask(node, 'eth_call', [{to: contract, gas: '0x5300', value: '0x0'}])).error).toMatchObject({code: -32000, message: expect.stringMatching(/out of gas/)});
  });

  it('refusals of the pool are geth\'s', async () => {
    const sign = (change: object) => ACCOUNTS[0]!.signTransaction({type: 'eip1559', chainId: 72590, nonce: 0, gas: 21_000n, to: BOB, maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI, ...change});
    const message = async (raw: Hex) => (await ask(node, 'eth_sendRawTransaction', [raw])).error?.message;
    expect(await message(await sign({}))).toMatch(/^nonce too low: next nonce \d+, tx nonce 0$/);
    expect(await message(await sign({nonce: 100, chainId: 1}))).toBe('invalid sender: invalid chain id for signer: have 1 want 72590');
    expect(await message(await sign({nonce: 100, gas: 20_000n}))).toBe('intrinsic gas too low: gas 20000, minimum needed 21000');
    expect(await message(await sign({nonce: 100, value: 10n ** 30n}))).toMatch(/^insufficient funds for gas \* price \+ value/);
    expect(await message((await sign({nonce: 100})).slice(0, -2) as Hex)).toMatch(/^rlp/);
  });

  it('proofs, fee history and receipts of blocks', async () => {
    const {reader} = clients();
    const proof = await reader.getProof({address: contract, storageKeys: [`0x${'0'.repeat(64)}`]});
    expect(proof.storageProof[0]).toMatchObject({value: 5n});
    expect(proof.accountProof.length).toBeGreaterThan(0);
    const history = await reader.getFeeHistory({blockCount: 4, rewardPercentiles: [50]});
    expect(history.baseFeePerGas).toHaveLength(5);
    const head = await result(node, 'eth_blockNumber');
    expect(await result(node, 'eth_getBlockReceipts', head)).toHaveLength(1);
  });

  it('blocks, headers, receipts and transactions as bytes', async () => {
    const head = await result(node, 'eth_getBlockByNumber', 'latest', true);
    const hashOf = (raw: Hex): Hex => `0x${Buffer.from(keccak256(Buffer.from(raw.slice(2), 'hex'))).toString('hex')}`;
    const header = await result(node, 'debug_getRawHeader', 'latest');
    expect(hashOf(header)).toBe(head.hash);
    const block = await result(node, 'debug_getRawBlock', head.hash);
    expect(block.length / 2 - 1).toBe(Number(head.size));
    expect(decodeRlp(Buffer.from(block.slice(2), 'hex'))).toHaveLength(4);
    const raw = await result(node, 'debug_getRawTransaction', head.transactions[0].hash);
    expect(hashOf(raw)).toBe(head.transactions[0].hash);
    expect(block).toContain(raw.slice(2));
    expect(await result(node, 'debug_getRawReceipts', 'latest')).toEqual([expect.stringMatching(/^0x02f9/)]);
    expect(await result(node, 'debug_getRawTransaction', `0x${'11'.repeat(32)}`)).toBe('0x');
    expect((await ask(node, 'debug_getRawHeader', ['0x5000'])).error).toEqual({code: -32000, message: 'header #20480 not found'});
  });

  it('traces through viem, ethers and cast', async () => {
    const {reader, wallet} = clients();
    const hash = await wallet.sendTransaction({to: contract, data: REASON, gas: 100_000n});
    await chain.mine();
    const expected = {type: 'CALL', from: ALICE, to: contract, gas: '0x186a0', input: REASON, output: REASON, error: 'execution reverted', revertReason: 'not today', value: '0x0'};
    const request = {method: 'debug_traceTransaction', params: [hash, {tracer: 'callTracer'}]};
    expect(await reader.request(request as never)).toMatchObject(expected);
    const provider = new JsonRpcProvider(node.url, 72590, {staticNetwork: true});
    expect(await provider.send('debug_traceTransaction', request.params)).toMatchObject(expected);
    provider.destroy();
    const cast = async (...args: string[]): Promise<string> => (await promisify(execFile)('node_modules/.bin/cast', [...args, '--rpc-url', node.url])).stdout;
    expect(JSON.parse(await cast('rpc', 'debug_traceTransaction', hash, '{"tracer":"callTracer"}'))).toMatchObject(expected);
    expect(await cast('run', hash)).toMatch(/not today/);
    const block = await result(node, 'eth_blockNumber');
    expect(await result(node, 'debug_traceBlockByNumber', block, {tracer: 'callTracer'})).toEqual([{txHash: hash, result: expect.objectContaining(expected)}]);
    const struct = await result(node, 'debug_traceTransaction', hash);
    expect(struct).toMatchObject({failed: true, returnValue: REASON});
    expect(struct.structLogs.at(-1).op).toBe('REVERT');
    expect(await result(node, 'debug_traceCall', {to: contract, value: '0x0'}, 'latest', {tracer: 'callTracer', tracerConfig: {withLog: true}})).toMatchObject({
      logs: [{address: contract, position: '0x0', index: '0x0'}],
    });
    const overridden = {[contract]: {code: '0x4360005260206000f3'}};
    expect((await result(node, 'debug_traceCall', {to: contract}, 'latest', {stateOverrides: overridden, blockOverrides: {number: '0x63'}})).returnValue).toBe(`0x${'63'.padStart(64, '0')}`);
  });

  it('refusals of tracing are geth\'s', async () => {
    const refusal = async (method: string, ...params: unknown[]): Promise<string | undefined> => (await ask(node, method, params)).error?.message;
    const unknown = `0x${'11'.repeat(32)}`;
    expect(await refusal('debug_traceTransaction', unknown)).toBe('transaction not found');
    expect(await refusal('debug_traceBlockByHash', unknown)).toBe(`block ${unknown} not found`);
    expect(await refusal('debug_traceBlockByNumber', '0x5000')).toBe('block #20480 not found');
    expect(await refusal('debug_traceBlockByNumber', '0x0')).toBe('genesis is not traceable');
    expect(await refusal('debug_traceCall', {to: contract}, 'pending')).toBe('tracing on top of pending is not supported');
    expect(await refusal('debug_traceCall', {to: contract}, 'latest', {tracer: 'myTracer'})).toMatch(/^tracer not found/);
  });

  it('a transaction is sent and its receipt waited for', async () => {
    const nonce = Number(await result(node, 'eth_getTransactionCount', ALICE, 'pending'));
    const sign = (change: object = {}) => ACCOUNTS[0]!.signTransaction({type: 'eip1559', chainId: 72590, nonce, gas: 21_000n, to: BOB, maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI, ...change});
    expect((await ask(node, 'eth_sendRawTransactionSync', [await sign({nonce: nonce + 1})])).error).toMatchObject({code: 6, data: `0x${nonce.toString(16)}`});
    expect(chain.pool.counts()).toEqual({pending: 0, queued: 0});
    const pooled = new Promise<void>((resolve) => void chain.pool.onPending(() => resolve()));
    const raw = await sign();
    const answer = result(node, 'eth_sendRawTransactionSync', raw);
    await pooled;
    await chain.mine();
    expect(await answer).toMatchObject({status: '0x1', gasUsed: '0x5208', from: ALICE});
    expect((await ask(node, 'eth_sendRawTransactionSync', [raw])).error).toMatchObject({code: -32000});
    const late = await ask(node, 'eth_sendRawTransactionSync', [await sign({nonce: nonce + 1}), 1]);
    expect(late.error).toMatchObject({code: 4, data: expect.stringMatching(/^0x[0-9a-f]{64}$/), message: expect.stringMatching(/wasn't processed in 1 ms/)});
    await chain.mine();
    expect(await result(node, 'eth_getTransactionReceipt', late.error!.data)).toMatchObject({status: '0x1'});
  });

  it('several slots at once, the next base fee, and what this node has', async () => {
    expect(await result(node, 'eth_getStorageValues', {[contract]: ['0x0', '0x1'], [BOB]: ['0x0']})).toEqual({
      [contract]: [`0x${'5'.padStart(64, '0')}`, `0x${'0'.repeat(64)}`],
      [BOB]: [`0x${'0'.repeat(64)}`],
    });
    expect(BigInt(await result(node, 'eth_baseFee'))).toBe(chain.execution.backend.baseFeeOfNextBlock());
    const {hash, number} = chain.execution.backend.head().header;
    const all = {disabled: false, oldestBlock: '0x0'};
    const states = {...all, deleteStrategy: {type: 'window', retentionBlocks: '0x100'}};
    expect(await result(node, 'eth_capabilities')).toEqual({
      head: {number: `0x${number.toString(16)}`, hash},
      state: states,
      tx: all,
      logs: all,
      receipts: all,
      blocks: all,
      stateproofs: states,
    });
  });
});
