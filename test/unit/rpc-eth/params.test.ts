import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {methodTable} from '../../../node/rpc/eth/methods/index.ts';
import {DEFAULT_ETH_RPC_LIMITS} from '../../../node/rpc/eth/index.ts';
import {ALICE, ask, post, startNode, TOKEN, type Answer, type TestNode} from './support.ts';

const HASH = `0x${'11'.repeat(32)}`;

const NAMESPACES = ['eth', 'net', 'web3', 'txpool', 'debug'];

let node: TestNode;
beforeAll(async () => {
  node = await startNode({namespaces: NAMESPACES, limits: {syncTimeoutMs: 1, syncTimeoutMaxMs: 1}});
});
afterAll(() => node.close());

describe('malformed parameters are refused with -32602, and a word on what was wanted', () => {
  it.each<[string, unknown[], RegExp]>([
    ['eth_getBalance', [], /^missing value for required argument 0 \(address\)$/],
    ['eth_getBalance', [null], /^missing value for required argument 0 \(address\)$/],
    ['eth_getBalance', [ALICE.slice(2)], /^invalid argument 0 \(address\): hex string without 0x prefix; want an address \(20 bytes\) in 0x-prefixed hex$/],
    ['eth_getBalance', [`${ALICE}00`], /hex string has length 42, want 40/],
    ['eth_getBalance', ['0x1'], /hex string of odd length/],
    ['eth_getBalance', [`0x${'zz'.repeat(20)}`], /invalid hex string/],
    ['eth_getBalance', [1], /number in place of a hex string/],
    ['eth_getBalance', [{}], /object in place of a hex string/],
    ['eth_getBalance', [ALICE, 'newest'], /^invalid argument 1 \(block\): hex string without 0x prefix; want "latest", "safe", "finalized", "pending", "earliest" or a block number in hex$/],
    ['eth_getBalance', [ALICE, '0x'], /hex string "0x"/],
    ['eth_getBalance', [ALICE, '0x01'], /hex number with leading zero digits/],
    ['eth_getBalance', [ALICE, '1'], /hex string without 0x prefix/],
    ['eth_getBalance', [ALICE, 1], /number in place of an object/],
    ['eth_getBalance', [ALICE, '0x8000000000000000'], /block number larger than int64/],
    ['eth_getBalance', [ALICE, '0x10000000000000000'], /hex number > 64 bits/],
    ['eth_getBalance', [ALICE, {}], /neither is given/],
    ['eth_getBalance', [ALICE, {blockHash: HASH, blockNumber: '0x1'}], /cannot specify both BlockHash and BlockNumber/],
    ['eth_getBalance', [ALICE, {blockHash: HASH, requireCanonical: 'yes'}], /\.requireCanonical: string in place of a boolean/],
    ['eth_getBalance', [ALICE, 'latest', 1], /^too many arguments, want at most 2$/],
    ['eth_getStorageAt', [ALICE, '0xzz'], /invalid hex string/],
    ['eth_getStorageAt', [ALICE, `0x${'1'.repeat(65)}`], /too long/],
    ['eth_getBlockByNumber', [HASH], /hex number > 64 bits/],
    ['eth_getBlockByNumber', ['latest', 'true'], /string in place of a boolean/],
    ['eth_getBlockByHash', ['0x11'], /hex string has length 2, want 64/],
    ['eth_getTransactionByHash', [HASH.slice(0, -2)], /hex string has length 62, want 64/],
    ['eth_getTransactionByBlockNumberAndIndex', ['latest', '0x00'], /leading zero/],
    ['eth_call', [], /missing value for required argument 0/],
    ['eth_call', ['0x'], /string in place of an object/],
    ['eth_call', [[]], /array in place of an object/],
    ['eth_call', [{to: '0x12'}], /^invalid argument 0 \(transaction\)\.to: hex string has length 2/],
    ['eth_call', [{to: TOKEN, data: '0x123'}], /\.data: hex string of odd length/],
    ['eth_call', [{to: TOKEN, data: 'abcd'}], /\.data: hex string without 0x prefix/],
    ['eth_call', [{to: TOKEN, data: '0x12', input: '0x34'}], /both "data" and "input" are set and not equal/],
    ['eth_call', [{to: TOKEN, gasPrice: '0x1', maxFeePerGas: '0x1'}], /both gasPrice and \(maxFeePerGas or maxPriorityFeePerGas\) specified/],
    ['eth_call', [{to: TOKEN, value: '0x01'}], /leading zero/],
    ['eth_call', [{to: TOKEN, value: `0x1${'0'.repeat(64)}`}], /hex number > 256 bits/],
    ['eth_call', [{to: TOKEN, gas: 21000}], /number in place of a hex string/],
    ['eth_call', [{to: TOKEN, chainId: '0x1'}], /^chainId does not match node's \(have=1, want=72590\)$/],
    ['eth_call', [{to: TOKEN, accessList: [{storageKeys: []}]}], /accessList\[0\]: missing field "address"/],
    ['eth_call', [{to: TOKEN}, 'latest', {[ALICE]: {balance: '5'}}], /hex string without 0x prefix/],
    ['eth_call', [{to: TOKEN}, 'latest', {[ALICE]: {state: {}, stateDiff: {}}}], /both 'state' and 'stateDiff'/],
    ['eth_call', [{to: TOKEN}, 'latest', {nobody: {}}], /hex string without 0x prefix/],
    ['eth_feeHistory', ['0x1', 'latest', [50, 10]], /invalid reward percentile/],
    ['eth_feeHistory', ['0x1', 'latest', [101]], /invalid reward percentile: 101/],
    ['eth_feeHistory', [-1, 'latest', []], /not a non-negative integer/],
    ['eth_feeHistory', [1.5, 'latest', []], /not a non-negative integer/],
    ['eth_feeHistory', [1, 'latest', ['a']], /string in place of a number/],
    ['eth_feeHistory', [1, 'latest', Array(101).fill(1)], /101 items/],
    ['eth_getLogs', [{topics: ['0x12']}], /topics\[0\]: hex string has length 2/],
    ['eth_getLogs', [{topics: [null, null, null, null, null]}], /exceed max topics/],
    ['eth_getLogs', [{address: ['0x12']}], /address\[0\]/],
    ['eth_getLogs', [{blockHash: HASH, fromBlock: '0x0'}], /cannot specify both BlockHash and FromBlock\/ToBlock/],
    ['eth_getLogs', [{fromBlock: '0x2', toBlock: '0x1'}], /^invalid block range params$/],
    ['eth_getLogs', ['latest'], /string in place of an object/],
    ['eth_sendRawTransaction', [], /missing value for required argument 0/],
    ['eth_sendRawTransaction', ['02f8'], /hex string without 0x prefix/],
    ['eth_sendRawTransaction', ['0x02f8zz'], /invalid hex string/],
    ['eth_newFilter', [{blockHash: HASH}], /takes no blockHash/],
    ['eth_getProof', [ALICE, 'x'], /string in place of an array/],
    ['eth_getProof', [ALICE, Array(1_025).fill('0x0')], /1025 items/],
    ['debug_traceTransaction', [HASH, {timeout: '5'}], /^invalid argument 1 \(config\)\.timeout: invalid duration "5"; want a duration such as "5s" or "300ms"$/],
    ['debug_traceTransaction', [HASH, {timeout: '2m'}], /more than 60000 ms/],
    ['debug_traceTransaction', [HASH, {limit: -1}], /not a non-negative integer/],
    ['debug_traceTransaction', [HASH, {tracer: 'callTracer', tracerConfig: {withLog: 1}}], /tracerConfig\.withLog: number in place of a boolean/],
    ['debug_traceBlockByNumber', ['3'], /hex string without 0x prefix/],
    ['debug_getRawBlock', ['2'], /hex string without 0x prefix/],
    ['debug_getRawTransaction', ['1000000'], /hex string without 0x prefix/],
    ['eth_getStorageValues', [{}], /^empty request$/],
    ['eth_getStorageValues', [{[ALICE]: Array(1_025).fill('0x0')}], /1025 items/],
    ['eth_getStorageValues', [{'0x12': ['0x0']}], /key: hex string has length 2/],
    ['eth_sendRawTransactionSync', ['0x02f8zz'], /invalid hex string/],
    ['web3_sha3', ['hello'], /hex string without 0x prefix/],
  ])('%s %j', async (method, params, message) => {
    const {error} = await ask(node, method, params);
    expect(error).toEqual({code: -32602, message: expect.stringMatching(message)});
  });
});

describe('every method', () => {
  const methods = [...methodTable(DEFAULT_ETH_RPC_LIMITS, NAMESPACES).values()];

  it.each(methods.map((method) => [method.name, method] as const))('%s: its example is valid, and one argument more is not', async (name, method) => {
    const {result, error} = await ask(node, name, method.example.params);
    if (error !== undefined) {
      // The keyless, the unsubscribed, the filters that do not exist; never a fault of the parameters or of the node.
      expect([-32000, -32601]).toContain(error.code);
      expect(error.message).not.toMatch(/does not exist/);
    } else {
      expect(result).not.toBeUndefined();
    }
    const tooMany = [...method.params.map(() => null), null, null];
    expect((await ask(node, name, tooMany)).error).toMatchObject({code: -32602});
  });

  it.each<unknown>(['0x', '', {}, [], 0, -1, true, '0x'.padEnd(10_000, 'f'), [[[]]], {toString: 1}, '__proto__', 1e400])('survives %j in every place', async (value) => {
    const batch = methods.flatMap((method) =>
      method.params.map((_, place) => ({
        jsonrpc: '2.0',
        id: `${method.name} ${place}`,
        method: method.name,
        params: method.params.map((__, index) => (index === place ? value : null)),
      })),
    );
    const {text} = await post(node.url, JSON.stringify(batch));
    const answers = JSON.parse(text) as Answer[];
    expect(answers).toHaveLength(batch.length);
    expect(answers.filter(({error}) => error?.code === -32603)).toEqual([]);
  });
});
