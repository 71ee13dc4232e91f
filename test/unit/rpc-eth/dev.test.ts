/** The development methods at the door: what the tools send arrives as meant, what nobody sends is refused, and other nodes have none of them. */
import {afterAll, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {recoverMessageAddress} from 'viem';
import {devMethodTable} from '../../../node/rpc/eth/dev/index.ts';
import {DEFAULT_ETH_RPC_LIMITS, type DevBackend} from '../../../node/rpc/eth/index.ts';
import {signDigest} from '../../../node/execution/transaction-encode.ts';
import {hexToBytes} from '../../../node/execution/hex.ts';
import {ALICE, ask, BOB, KEYS, post, startNode, type TestNode} from './support.ts';

const HASH = `0x${'ab'.repeat(32)}` as const;
const calls: unknown[][] = [];
const record =
  <T>(name: string, answer: T) =>
  async (...args: unknown[]): Promise<T> => {
    calls.push([name, ...args]);
    return answer;
  };

const dev: DevBackend = {
  accounts: () => [ALICE],
  send: record('send', HASH),
  signDigest: (address, digest) => (address === ALICE ? signDigest(digest, hexToBytes(KEYS[0])) : undefined),
  impersonate: record('impersonate', undefined),
  stopImpersonating: record('stopImpersonating', true),
  impersonateAll: record('impersonateAll', undefined),
  setAccount: record('setAccount', undefined),
  setCoinbase: record('setCoinbase', undefined),
  setBlockGasLimit: record('setBlockGasLimit', undefined),
  setNextBaseFee: record('setNextBaseFee', undefined),
  mine: record('mine', undefined),
  isAutomining: true,
  setAutomine: record('setAutomine', undefined),
  setIntervalMining: record('setIntervalMining', undefined),
  increaseTime: record('increaseTime', 60n),
  setNextTimestamp: record('setNextTimestamp', undefined),
  setTimestampInterval: record('setTimestampInterval', undefined),
  snapshot: record('snapshot', 10n),
  revert: record('revert', true),
  reset: record('reset', undefined),
  drop: record('drop', true),
  onRewind: () => () => undefined,
};

let node: TestNode;
let other: TestNode;
beforeAll(async () => {
  node = await startNode({}, {dev});
  other = await startNode();
});
afterAll(async () => {
  await node.close();
  await other.close();
});
beforeEach(() => void calls.splice(0));

const names = [...devMethodTable(DEFAULT_ETH_RPC_LIMITS).keys()];

describe('development methods', () => {
  it.each<[string, unknown[], unknown[], unknown]>([
    ['evm_mine', [], ['mine', 1n, undefined], '0x0'],
    ['evm_mine', [1_700_000_000], ['mine', 1n, {timestamp: 1_700_000_000n}], '0x0'],
    ['evm_mine', ['0x6553f100'], ['mine', 1n, {timestamp: 1_700_000_000n}], '0x0'],
    ['evm_mine', [{blocks: 5}], ['mine', 5n, {}], '0x0'],
    ['evm_mine', [{timestamp: '1700000000', blocks: '0x2'}], ['mine', 2n, {timestamp: 1_700_000_000n}], '0x0'],
    ['anvil_mine', ['0x2'], ['mine', 2n, {}], null],
    ['anvil_mine', [2, 12], ['mine', 2n, {interval: 12n}], null],
    ['hardhat_mine', ['0x2'], ['mine', 2n, {interval: 1n}], true],
    ['hardhat_mine', [], ['mine', 1n, {interval: 1n}], true],
    ['anvil_setBalance', [BOB, '1000'], ['setAccount', BOB, {balance: 1000n}], null],
    ['hardhat_setBalance', [BOB.toUpperCase().replace('X', 'x'), '0x0de0b6b3a7640000'], ['setAccount', BOB, {balance: 10n ** 18n}], true],
    ['hardhat_setStorageAt', [BOB, '0x0', HASH], ['setAccount', BOB, {stateDiff: new Map([[`0x${'00'.repeat(32)}`, HASH]])}], true],
    ['anvil_setCode', [BOB, '0x'], ['setAccount', BOB, {code: new Uint8Array(0)}], null],
    ['evm_increaseTime', ['0x3c'], ['increaseTime', 60n], 60],
    ['evm_increaseTime', [60], ['increaseTime', 60n], 60],
    ['evm_snapshot', [], ['snapshot'], '0xa'],
    ['evm_revert', ['0xa'], ['revert', 10n], true],
    ['evm_revert', [10], ['revert', 10n], true],
    ['anvil_dropTransaction', [HASH], ['drop', HASH], HASH],
    ['hardhat_dropTransaction', [HASH], ['drop', HASH], true],
    ['evm_setIntervalMining', [5], ['setIntervalMining', 5000n], true],
    ['anvil_setBlockTimestampInterval', [5], ['setTimestampInterval', 5n], null],
    ['anvil_reset', [{forking: {blockNumber: null}}], ['reset'], null],
    ['hardhat_reset', [], ['reset'], true],
    ['hardhat_stopImpersonatingAccount', [BOB], ['stopImpersonating', BOB], true],
  ])('%s %j', async (method, params, call, result) => {
    expect(await ask(node, method, params)).toMatchObject({result});
    expect(calls).toEqual([call]);
  });

  it('fill in what a transaction leaves open', async () => {
    const ours = {type: 2, chainId: node.chain.chainId, nonce: 0n, gasLimit: 21_000n, to: BOB, value: 1n};
    const baseFee = node.chain.baseFeeOfNextBlock();
    await ask(node, 'eth_sendTransaction', [{from: ALICE, to: BOB, value: '0x1'}]);
    expect(calls.pop()).toEqual(['send', {...ours, maxFeePerGas: 2n * baseFee + 100_000_000n, maxPriorityFeePerGas: 100_000_000n}, ALICE, false]);
    await ask(node, 'eth_sendTransaction', [{from: ALICE, to: BOB, value: '0x1', gasPrice: '0x77359400', nonce: '0x7', gas: '0xffff', input: '0x01'}]);
    expect(calls.pop()).toEqual(['send', {...ours, type: 0, nonce: 7n, gasLimit: 65_535n, data: Uint8Array.of(1), maxFeePerGas: 2_000_000_000n}, ALICE, false]);
    await ask(node, 'eth_sendUnsignedTransaction', [{from: BOB, to: BOB, value: '0x1', maxFeePerGas: '0x5', gas: '0x5208'}]);
    expect(calls.pop()).toEqual(['send', {...ours, maxFeePerGas: 5n, maxPriorityFeePerGas: 5n}, BOB, true]);
    expect((await ask(node, 'eth_sendTransaction', [{to: BOB}])).error).toMatchObject({code: -32602, message: expect.stringContaining('missing field "from"')});
    expect((await ask(node, 'eth_sendTransaction', [{from: ALICE, chainId: '0x1'}])).error).toMatchObject({code: -32602});
  });

  it('sign for the accounts whose keys are public', async () => {
    const {result} = await ask(node, 'personal_sign', ['0x68656c6c6f', ALICE]);
    expect((await recoverMessageAddress({message: 'hello', signature: result as `0x${string}`})).toLowerCase()).toBe(ALICE);
    expect((await ask(node, 'eth_sign', [BOB, '0x68656c6c6f'])).error).toMatchObject({code: -32000, message: expect.stringContaining('unknown account')});
    expect((await ask(node, 'eth_signTypedData_v4', [ALICE, '{"types":{}}'])).error).toMatchObject({code: -32602, message: expect.stringContaining('invalid typed data')});
    expect((await ask(node, 'eth_signTypedData_v4', [ALICE, 'not json'])).error).toMatchObject({code: -32602});
  });

  it.each(names)('%s: its example is valid, one argument more is not, and no other node has it', async (name) => {
    const method = devMethodTable(DEFAULT_ETH_RPC_LIMITS).get(name)!;
    expect((await ask(node, name, method.example.params)).error).toBeUndefined();
    expect((await ask(node, name, [...method.params.map(() => null), null, null])).error).toMatchObject({code: -32602});
    expect((await ask(other, name, method.example.params)).error).toEqual({code: -32601, message: `the method ${name} does not exist/is not available`});
  });

  it.each<unknown>(['0x', '', {}, [], -1, 1.5, true, '0x'.padEnd(10_000, 'f'), [[[]]], {forking: {jsonRpcUrl: 1}}, {blocks: 'x'}, '__proto__', 2 ** 53, '-0x1', '1e3'])('survive %j in every place', async (value) => {
    const methods = [...devMethodTable(DEFAULT_ETH_RPC_LIMITS).values()];
    const batch = methods.flatMap((method) =>
      method.params.map((_, place) => ({jsonrpc: '2.0', id: `${method.name} ${place}`, method: method.name, params: method.example.params.map((given, index) => (index === place ? value : given))})),
    );
    const answers = JSON.parse((await post(node.url, JSON.stringify(batch))).text) as {error?: {code: number}}[];
    expect(answers).toHaveLength(batch.length);
    expect(answers.filter(({error}) => error?.code === -32603)).toEqual([]);
  });
});
