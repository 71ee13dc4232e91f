import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {ALICE, ask, BOB, result, startNode, tokenTransfer, TOKEN, transfer, TRANSFER_TOPIC, type TestNode} from './support.ts';
import {checksummed} from '../../../node/rpc/eth/encode/address.ts';
import {COIN, GWEI, ZERO_HASH} from './test-chain.ts';

const UNKNOWN = `0x${'11'.repeat(32)}`;
const QUANTITY = /^0x(0|[1-9a-f][0-9a-f]*)$/;

let node: TestNode;
let hashes: string[];
let creation: string;
beforeAll(async () => {
  node = await startNode();
  const raws = [await transfer(0, COIN), await tokenTransfer(1, 5n), await tokenTransfer(2, 6n), await transfer(0, 3n, 1)];
  hashes = await Promise.all(raws.map((raw) => result(node, 'eth_sendRawTransaction', raw)));
  await node.mine();
  const {ACCOUNTS} = await import('./support.ts');
  creation = await result(
    node,
    'eth_sendRawTransaction',
    await ACCOUNTS[0]!.signTransaction({type: 'legacy', chainId: 72590, nonce: 3, gas: 100_000n, gasPrice: 5n * GWEI, data: '0x6001'}),
  );
  await node.mine();
});
afterAll(() => node.close());

describe('the node and the network', () => {
  it('says who it is', async () => {
    expect(await result(node, 'web3_clientVersion')).toBe('Qanat/v0.1.0/test');
    expect(await result(node, 'net_version')).toBe('72590');
    expect(await result(node, 'eth_chainId')).toBe('0x11b8e');
    expect(await result(node, 'net_listening')).toBe(true);
    expect(await result(node, 'net_peerCount')).toBe('0x3');
    expect(await result(node, 'eth_accounts')).toEqual([]);
    expect(await result(node, 'eth_blockNumber')).toBe('0x2');
    expect(await result(node, 'web3_sha3', '0x68656c6c6f')).toBe('0x1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8');
    expect((await ask(node, 'web3_sha3', [`0x${'00'.repeat(65_537)}`])).error?.code).toBe(-32005);
  });

  it('says whether it syncs', async () => {
    expect(await result(node, 'eth_syncing')).toBe(false);
    const before = node.network;
    node.network = {...before, syncing: {startingBlock: 1n, currentBlock: 5n, highestBlock: 160n}};
    expect(await result(node, 'eth_syncing')).toEqual({startingBlock: '0x1', currentBlock: '0x5', highestBlock: '0xa0'});
    node.network = before;
  });

  it.each([
    ['eth_sendTransaction', [{from: ALICE, to: BOB}]],
    ['eth_sign', [ALICE, '0x00']],
  ])('%s: the node holds no keys', async (method, params) => {
    expect((await ask(node, method, params)).error).toEqual({code: -32000, message: expect.stringContaining('this node holds no keys')});
  });
});

describe('accounts', () => {
  it('have balance, nonce, code and storage at a block', async () => {
    expect(BigInt(await result(node, 'eth_getBalance', BOB, 'earliest'))).toBe(10_000n * COIN);
    for (const block of ['latest', 'safe', 'finalized', 'pending', '0x2', {blockNumber: '0x2'}, undefined]) {
      expect(await result(node, 'eth_getTransactionCount', ALICE, block)).toBe('0x4');
    }
    expect(await result(node, 'eth_getTransactionCount', ALICE, '0x1')).toBe('0x3');
    expect(await result(node, 'eth_getCode', TOKEN)).toBe('0xfe');
    expect(await result(node, 'eth_getCode', ALICE)).toBe('0x');
    expect(await result(node, 'eth_getStorageAt', TOKEN, '0x1')).toBe(`0x${'00'.repeat(31)}2a`);
    expect(await result(node, 'eth_getStorageAt', TOKEN, `0x${'00'.repeat(31)}01`, 'latest')).toBe(`0x${'00'.repeat(31)}2a`);
    expect(await result(node, 'eth_getBalance', `0x${'99'.repeat(20)}`)).toBe('0x0');
  });

  it('are found by the hash of a block', async () => {
    const {hash} = await result(node, 'eth_getBlockByNumber', '0x1', false);
    expect(await result(node, 'eth_getTransactionCount', ALICE, hash)).toBe('0x3');
    expect(await result(node, 'eth_getTransactionCount', ALICE, {blockHash: hash, requireCanonical: true})).toBe('0x3');
  });

  it('are not found at blocks that do not exist, or whose state is gone', async () => {
    expect((await ask(node, 'eth_getBalance', [ALICE, '0x64'])).error).toEqual({code: -32000, message: 'header not found'});
    expect((await ask(node, 'eth_getBalance', [ALICE, UNKNOWN])).error).toEqual({code: -32000, message: 'header for hash not found'});
    node.chain.prunedBelow = 1n;
    expect((await ask(node, 'eth_getBalance', [ALICE, '0x0'])).error).toEqual({code: -32000, message: 'required historical state unavailable: block 0'});
    node.chain.prunedBelow = 0n;
  });

  it('are proven, with keys as they were asked for', async () => {
    const proof = await result(node, 'eth_getProof', TOKEN, ['0x1', `0x${'00'.repeat(32)}`], 'latest');
    expect(proof).toMatchObject({address: TOKEN, accountProof: ['0xc0'], nonce: '0x1', balance: '0x0'});
    expect(proof.storageProof).toEqual([
      {key: '0x1', value: '0x2a', proof: ['0x80']},
      {key: `0x${'00'.repeat(32)}`, value: '0x0', proof: ['0x80']},
    ]);
  });
});

describe('blocks', () => {
  it('have every field that wallets look for', async () => {
    const block = await result(node, 'eth_getBlockByNumber', 'latest', false);
    for (const field of ['number', 'difficulty', 'size', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed', 'excessBlobGas']) {
      expect([field, block[field]]).toEqual([field, expect.stringMatching(QUANTITY)]);
    }
    for (const field of ['hash', 'parentHash', 'mixHash', 'sha3Uncles', 'transactionsRoot', 'stateRoot', 'receiptsRoot', 'withdrawalsRoot', 'parentBeaconBlockRoot', 'requestsHash']) {
      expect([field, block[field]]).toEqual([field, expect.stringMatching(/^0x[0-9a-f]{64}$/)]);
    }
    expect(block.mixHash).not.toBe(ZERO_HASH);
    expect(block.logsBloom).toHaveLength(514);
    expect(block.nonce).toBe('0x0000000000000000');
    expect(block).toMatchObject({uncles: [], withdrawals: [], transactions: [creation], number: '0x2'});
    expect(Object.values(block)).not.toContain(null);
  });

  it('come by tag, number and hash, and are null when there are none', async () => {
    const first = await result(node, 'eth_getBlockByNumber', '0x1', true);
    expect(first.transactions.map(({hash}: {hash: string}) => hash).sort()).toEqual([...hashes].sort());
    expect(await result(node, 'eth_getBlockByHash', first.hash, true)).toEqual(first);
    expect((await result(node, 'eth_getBlockByNumber', 'earliest')).number).toBe('0x0');
    for (const tag of ['safe', 'finalized', 'latest']) expect((await result(node, 'eth_getBlockByNumber', tag)).number).toBe('0x2');
    expect(await result(node, 'eth_getBlockByNumber', '0x64', false)).toBeNull();
    expect(await result(node, 'eth_getBlockByHash', UNKNOWN, false)).toBeNull();
    expect(await result(node, 'eth_getBlockReceipts', '0x64')).toBeNull();
  });

  it('pending: stands on the head and holds what waits', async () => {
    const hash = await result(node, 'eth_sendRawTransaction', await transfer(4, 9n));
    const block = await result(node, 'eth_getBlockByNumber', 'pending', false);
    expect(block).toMatchObject({number: '0x3', hash: null, nonce: null, transactions: [hash]});
    expect((await result(node, 'eth_getBlockByNumber', 'pending', true)).transactions[0]).toMatchObject({hash, blockHash: null, transactionIndex: null});
    expect(await result(node, 'eth_getBlockTransactionCountByNumber', 'pending')).toBe('0x1');
    expect(await result(node, 'eth_getTransactionCount', ALICE, 'pending')).toBe('0x5');
    expect(await result(node, 'eth_getTransactionCount', ALICE, 'latest')).toBe('0x4');
    await node.mine();
  });

  it('count their transactions, and have no uncles', async () => {
    const {hash} = await result(node, 'eth_getBlockByNumber', '0x1');
    expect(await result(node, 'eth_getBlockTransactionCountByNumber', '0x1')).toBe('0x4');
    expect(await result(node, 'eth_getBlockTransactionCountByHash', hash)).toBe('0x4');
    expect(await result(node, 'eth_getBlockTransactionCountByHash', UNKNOWN)).toBeNull();
    expect(await result(node, 'eth_getUncleCountByBlockNumber', '0x1')).toBe('0x0');
    expect(await result(node, 'eth_getUncleCountByBlockHash', hash)).toBe('0x0');
    expect(await result(node, 'eth_getUncleCountByBlockHash', UNKNOWN)).toBeNull();
    expect(await result(node, 'eth_getUncleByBlockNumberAndIndex', '0x1', '0x0')).toBeNull();
  });
});

describe('transactions and receipts', () => {
  it('are the same from everywhere', async () => {
    const tx = await result(node, 'eth_getTransactionByHash', hashes[0]);
    expect(tx).toMatchObject({hash: hashes[0], from: ALICE, to: BOB, value: '0xde0b6b3a7640000', type: '0x2', nonce: '0x0', input: '0x', accessList: [], chainId: '0x11b8e', blockNumber: '0x1'});
    expect(tx.yParity).toBe(tx.v);
    expect(BigInt(tx.gasPrice)).toBe(2n * GWEI); // What was paid: base fee and tip.
    expect(BigInt(tx.maxFeePerGas)).toBe(10n * GWEI);
    expect(await result(node, 'eth_getTransactionByBlockNumberAndIndex', '0x1', tx.transactionIndex)).toEqual(tx);
    expect(await result(node, 'eth_getTransactionByBlockHashAndIndex', tx.blockHash, tx.transactionIndex)).toEqual(tx);
    expect(await result(node, 'eth_getTransactionByBlockNumberAndIndex', '0x1', '0xffffffffffffffff')).toBeNull();
    expect(await result(node, 'eth_getTransactionByHash', UNKNOWN)).toBeNull();
    const raw = await result(node, 'eth_getRawTransactionByHash', hashes[0]);
    expect(raw).toBe(await transfer(0, COIN));
    expect(await result(node, 'eth_getRawTransactionByBlockNumberAndIndex', '0x1', tx.transactionIndex)).toBe(raw);
    expect(await result(node, 'eth_getRawTransactionByBlockHashAndIndex', tx.blockHash, tx.transactionIndex)).toBe(raw);
  });

  it('legacy: v of EIP-155, no fields of later types', async () => {
    const tx = await result(node, 'eth_getTransactionByHash', creation);
    expect(tx).toMatchObject({type: '0x0', to: null, gasPrice: '0x12a05f200', chainId: '0x11b8e'});
    expect([72590n * 2n + 35n, 72590n * 2n + 36n]).toContain(BigInt(tx.v));
    expect(Object.keys(tx)).toEqual(expect.not.arrayContaining(['maxFeePerGas', 'accessList', 'yParity']));
  });

  it('receipts carry the price, the contract, and logs numbered through the block', async () => {
    const receipts = await result(node, 'eth_getBlockReceipts', '0x1');
    expect(receipts).toHaveLength(4);
    const logs = receipts.flatMap((receipt: {logs: {logIndex: string}[]}) => receipt.logs);
    expect(logs.map(({logIndex}: {logIndex: string}) => logIndex)).toEqual(['0x0', '0x1']);
    expect(logs[1]).toMatchObject({address: TOKEN, removed: false, blockNumber: '0x1', transactionHash: hashes[2]});
    for (const receipt of receipts) {
      expect(await result(node, 'eth_getTransactionReceipt', receipt.transactionHash)).toEqual(receipt);
      expect(receipt).toMatchObject({status: '0x1', type: '0x2', contractAddress: null, effectiveGasPrice: '0x77359400'});
    }
    expect(receipts.at(-1).cumulativeGasUsed).toBe((await result(node, 'eth_getBlockByNumber', '0x1')).gasUsed);
    const created = await result(node, 'eth_getTransactionReceipt', creation);
    expect(created).toMatchObject({to: null, contractAddress: expect.stringMatching(/^0x[0-9a-f]{40}$/)});
    expect(await result(node, 'eth_getCode', created.contractAddress)).toBe('0x6001');
    expect(await result(node, 'eth_getTransactionReceipt', UNKNOWN)).toBeNull();
  });

  it('a receipt is there as soon as the block is told of', async () => {
    const hash = await result(node, 'eth_sendRawTransaction', await transfer(5));
    expect(await result(node, 'eth_getTransactionReceipt', hash)).toBeNull();
    const asked = new Promise((resolve) => {
      const stop = node.chain.onBlock(() => {
        stop();
        resolve(result(node, 'eth_getTransactionReceipt', hash));
      });
    });
    await node.mine();
    expect(await asked).toMatchObject({transactionHash: hash, status: '0x1'});
  });
});

describe('eth_sendRawTransaction refuses in geth\'s words', () => {
  it.each([
    ['nonce too low: next nonce 6, tx nonce 0', () => transfer(0, 77n)],
    [/^insufficient funds for gas \* price \+ value: balance \d+, tx cost \d+, overshot \d+$/, () => transfer(6, 20_000n * COIN)],
    [/^rlp: /, async () => '0xc0ff'],
    [/^transaction type not supported/, async () => '0x03c0'],
  ])('%p', async (message, raw) => {
    const {error} = await ask(node, 'eth_sendRawTransaction', [await raw()]);
    expect(error).toEqual({code: -32000, message: message instanceof RegExp ? expect.stringMatching(message) : message});
  });
});

describe('logs', () => {
  const transferTo = `0x${BOB.slice(2).padStart(64, '0')}`;
  it.each<[string, object, number]>([
    ['all', {fromBlock: '0x0'}, 2],
    ['of an address', {fromBlock: '0x0', address: TOKEN}, 2],
    ['of upper-case addresses', {fromBlock: '0x0', address: [`0x${TOKEN.slice(2).toUpperCase()}`]}, 2],
    ['of another address', {fromBlock: '0x0', address: BOB}, 0],
    ['by the first topic', {fromBlock: '0x0', topics: [TRANSFER_TOPIC]}, 2],
    ['by alternatives', {fromBlock: '0x0', topics: [[UNKNOWN, TRANSFER_TOPIC]]}, 2],
    ['by the third topic', {fromBlock: '0x0', topics: [null, null, transferTo]}, 2],
    ['by an empty alternative, which is any', {fromBlock: '0x0', topics: [[], null, [transferTo]]}, 2],
    ['by a wrong topic', {fromBlock: '0x0', topics: [transferTo]}, 0],
    ['by more topics than there are', {fromBlock: '0x0', topics: [null, null, null, null]}, 0],
    ['of the last block only, which is the default', {}, 0],
    ['of a block', {fromBlock: '0x1', toBlock: '0x1'}, 2],
  ])('%s', async (_name, filter, count) => {
    expect(await result(node, 'eth_getLogs', filter)).toHaveLength(count);
  });

  it.each([
    ['a range beyond the head', {fromBlock: '0x50', toBlock: '0x60'}],
    ['a range up to beyond the head', {fromBlock: '0x1', toBlock: '0x60'}],
    ['a range from beyond the head to the head', {fromBlock: '0x50'}],
  ])('not of %s', async (_name, filter) => {
    const {error} = await ask(node, 'eth_getLogs', [filter]);
    expect(error).toEqual({code: -32602, message: expect.stringMatching(/^(block range extends beyond current head block|invalid block range params)$/)});
  });

  it('by the hash of a block', async () => {
    const {hash} = await result(node, 'eth_getBlockByNumber', '0x1');
    expect(await result(node, 'eth_getLogs', {blockHash: hash})).toHaveLength(2);
    expect((await ask(node, 'eth_getLogs', [{blockHash: UNKNOWN}])).error).toEqual({code: -32000, message: 'unknown block'});
  });

  it('are bounded in range and in number', async () => {
    const small = await startNode({limits: {logsBlockRangeMax: 2n, logsResultsMax: 1}});
    for (const raw of [await tokenTransfer(0, 1n), await tokenTransfer(1, 2n)]) await result(small, 'eth_sendRawTransaction', raw);
    await small.mine();
    await small.mine();
    expect((await ask(small, 'eth_getLogs', [{fromBlock: '0x0', toBlock: '0x2'}])).error).toEqual({code: -32005, message: 'exceed maximum block range: 2; asked for 3 blocks'});
    expect((await ask(small, 'eth_getLogs', [{fromBlock: '0x1', toBlock: '0x1'}])).error).toEqual({code: -32005, message: 'query returned more than 1 results; ask for fewer blocks'});
    await small.close();
  });

  it('are bounded in the bytes of their data', async () => {
    const small = await startNode({limits: {logsDataBytesMax: 40}});
    for (const raw of [await tokenTransfer(0, 1n), await tokenTransfer(1, 2n)]) await result(small, 'eth_sendRawTransaction', raw);
    await small.mine();
    expect((await ask(small, 'eth_getLogs', [{fromBlock: '0x1', toBlock: '0x1'}])).error).toEqual({
      code: -32005,
      message: 'query returned more than 40 bytes of log data; ask for fewer blocks',
    });
    await small.close();
  });
});

describe('fees', () => {
  it('history, with the count as number, hex or decimal string', async () => {
    for (const count of [2, '0x2', '2']) {
      const history = await result(node, 'eth_feeHistory', count, '0x1', [0, 50, 100]);
      expect(history.oldestBlock).toBe('0x0');
      expect(history.baseFeePerGas).toHaveLength(3);
      expect(history.gasUsedRatio).toHaveLength(2);
      expect(history.reward).toEqual([
        ['0x0', '0x0', '0x0'],
        ['0x3b9aca00', '0x3b9aca00', '0x3b9aca00'],
      ]);
      expect(history.gasUsedRatio[1]).toBeGreaterThan(0);
    }
  });

  it('history without percentiles, of no blocks, of more than there are, and beyond the head', async () => {
    expect(await result(node, 'eth_feeHistory', 1, 'latest')).not.toHaveProperty('reward');
    expect(await result(node, 'eth_feeHistory', 0, 'latest', [])).toEqual({oldestBlock: '0x0', baseFeePerGas: [], gasUsedRatio: []});
    const head = Number(await result(node, 'eth_blockNumber'));
    expect((await result(node, 'eth_feeHistory', 5_000, 'pending', [])).gasUsedRatio).toHaveLength(head + 1);
    expect((await ask(node, 'eth_feeHistory', [1, '0x64', []])).error).toEqual({code: -32000, message: `request beyond head block: requested 100, head ${head}`});
  });

  it('tips by the share of gas that they paid for', async () => {
    const fresh = await startNode();
    for (const [from, tip] of [[0, 5n], [1, 2n]] as const) await result(fresh, 'eth_sendRawTransaction', await transfer(0, 1n, from, tip * GWEI));
    await fresh.mine();
    const {reward} = await result(fresh, 'eth_feeHistory', 1, 'latest', [0, 50, 51, 100]);
    expect(reward[0].map(BigInt)).toEqual([2n * GWEI, 2n * GWEI, 5n * GWEI, 5n * GWEI]);
    await fresh.close();
  });

  it('suggestions', async () => {
    expect(await result(node, 'eth_maxPriorityFeePerGas')).toBe('0x5f5e100');
    expect(BigInt(await result(node, 'eth_gasPrice'))).toBe(GWEI + 100_000_000n);
    expect(await result(node, 'eth_blobBaseFee')).toBe('0x1');
  });
});

describe('eth_call', () => {
  it('gives back what the contract returns', async () => {
    expect(await result(node, 'eth_call', {to: TOKEN, data: `0x70a08231${ALICE.slice(2).padStart(64, '0')}`}, 'latest')).toBe(`0x${'00'.repeat(31)}07`);
    expect(await result(node, 'eth_call', {to: TOKEN, input: '0x70a08231', data: '0x70a08231'})).toBe(`0x${'00'.repeat(31)}07`);
    expect(await result(node, 'eth_call', {from: ALICE, to: BOB, value: '0x1', gas: null, type: '0x2', chainId: '0x11b8e'})).toBe('0x');
  });

  it.each([
    ['a reason', '0xa9cc4718', 'execution reverted: not today'],
    ['a panic', '0x4700d305', 'execution reverted: arithmetic underflow or overflow'],
    ['nothing', '0x00000000', 'execution reverted'],
  ])('a revert with %s is error 3, with the data', async (_name, data, message) => {
    const {error} = await ask(node, 'eth_call', [{to: TOKEN, data}]);
    expect(error).toEqual({code: 3, message, data: expect.stringMatching(/^0x/)});
  });

  it('other failures are told in the EVM\'s words', async () => {
    expect((await ask(node, 'eth_call', [{to: TOKEN, data: '0x44df8e70'}])).error).toEqual({code: -32000, message: 'invalid opcode: INVALID'});
    expect((await ask(node, 'eth_call', [{to: TOKEN, data: '0x70a08231', gas: '0x55f0'}])).error).toEqual({code: -32000, message: 'out of gas'});
    expect((await ask(node, 'eth_call', [{from: `0x${'99'.repeat(20)}`, to: BOB, value: '0x1'}])).error).toEqual({
      code: -32000,
      message: `insufficient funds for gas * price + value: address 0x${'99'.repeat(20)} have 0 want 1`,
    });
    expect((await ask(node, 'eth_call', [{to: TOKEN}, '0x64'])).error).toEqual({code: -32000, message: 'header not found'});
  });

  it('takes state overrides', async () => {
    const rich = `0x${'99'.repeat(20)}`;
    expect(await result(node, 'eth_call', {from: rich, to: BOB, value: '0x1'}, 'latest', {[rich]: {balance: '0x1'}}, {time: '0x1'})).toBe('0x');
  });
});

describe('eth_estimateGas', () => {
  it('a transfer takes 21,000', async () => {
    node.chain.calls = [];
    expect(await result(node, 'eth_estimateGas', {from: ALICE, to: BOB, value: '0x1'})).toBe('0x5208');
    expect(node.chain.calls).toHaveLength(1);
  });

  it.each([
    ['a call', {from: ALICE, to: TOKEN, data: '0x70a08231'}, 21_064n + 2_000n],
    ['a call with a refund needs its peak', {from: ALICE, to: TOKEN, data: '0x590e1ae3'}, 21_064n + 50_000n],
    ['a creation', {from: ALICE, data: '0x6001'}, 53_034n],
  ])('%s: enough, and little more', async (_name, request, least) => {
    const estimate = BigInt(await result(node, 'eth_estimateGas', request));
    expect(estimate).toBeGreaterThanOrEqual(least);
    expect(Number(estimate)).toBeLessThan(Number(least) * 1.02);
  });

  it('tells of reverts with their data', async () => {
    expect((await ask(node, 'eth_estimateGas', [{from: ALICE, to: TOKEN, data: '0xa9cc4718'}])).error).toEqual({
      code: 3,
      message: 'execution reverted: not today',
      data: expect.stringMatching(/^0x08c379a0/),
    });
  });

  it('tells when the gas or the money does not suffice', async () => {
    expect((await ask(node, 'eth_estimateGas', [{to: TOKEN, data: '0x70a08231', gas: '0x5300'}])).error).toEqual({code: -32000, message: 'gas required exceeds allowance (21248)'});
    const poor = `0x${'98'.repeat(20)}`;
    expect((await ask(node, 'eth_estimateGas', [{from: poor, to: BOB, value: '0x1', maxFeePerGas: '0x3b9aca00'}])).error).toEqual({code: -32000, message: 'insufficient funds for transfer'});
    expect((await ask(node, 'eth_estimateGas', [{from: poor, to: BOB, maxFeePerGas: '0x3b9aca00'}])).error).toEqual({code: -32000, message: 'gas required exceeds allowance (0)'});
    expect(await result(node, 'eth_estimateGas', {from: poor, to: BOB, value: '0x1', maxFeePerGas: '0x1'}, 'latest', {[poor]: {balance: '0xffffff'}})).toBe('0x5208');
    expect((await ask(node, 'eth_estimateGas', [{to: TOKEN, data: '0x44df8e70'}])).error).toEqual({code: -32000, message: 'invalid opcode: INVALID'});
  });
});

describe('txpool', () => {
  it('shows what waits', async () => {
    const fresh = await startNode({limits: {poolContentMax: 2}});
    await result(fresh, 'eth_sendRawTransaction', await transfer(0));
    await result(fresh, 'eth_sendRawTransaction', await transfer(5));
    expect(await result(fresh, 'txpool_status')).toEqual({pending: '0x1', queued: '0x1'});
    const content = await result(fresh, 'txpool_content');
    expect(content.pending[checksummed(ALICE)]['0']).toMatchObject({nonce: '0x0', blockHash: null, gasPrice: '0x2540be400'});
    expect(content.queued[checksummed(ALICE)]['5']).toMatchObject({nonce: '0x5'});
    expect(await result(fresh, 'txpool_contentFrom', ALICE)).toEqual({pending: content.pending[checksummed(ALICE)], queued: content.queued[checksummed(ALICE)]});
    expect((await result(fresh, 'txpool_inspect')).pending[checksummed(ALICE)]['0']).toBe(`${BOB}: 1 wei + 21000 gas × 10000000000 wei`);
    await result(fresh, 'eth_sendRawTransaction', await transfer(1));
    expect((await ask(fresh, 'txpool_content')).error?.code).toBe(-32005);
    await fresh.close();
  });
});
