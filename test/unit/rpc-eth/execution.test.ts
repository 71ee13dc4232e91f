import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {createPublicClient, createWalletClient, defineChain, encodeErrorResult, http, parseAbi, type BaseError, type Hex} from 'viem';
import {createExecution, type BlockEvent, type Execution, type Transaction} from '../../../node/execution/index.ts';
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
    {port: 0, clientVersion: 'Qanat/v0.1.0/test'},
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
});
