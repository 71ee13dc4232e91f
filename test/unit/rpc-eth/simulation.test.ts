import {afterAll, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {DEFAULT_ETH_RPC_LIMITS} from '../../../node/rpc/eth/index.ts';
import type {SimulatedCall} from '../../../node/rpc/eth/index.ts';
import {SimulationError} from '../../../node/execution/simulate/errors.ts';
import type {SimulationErrorCode} from '../../../node/execution/simulate/errors.ts';
import {unhex} from './test-chain.ts';
import {ALICE, ask, BOB, result, startNode, TOKEN, transfer, type TestNode} from './support.ts';

const {simulatedBlocksMax, simulatedCallsPerBlockMax, simulatedCallsMax, simulatedOverridesMax, stateOverridesMax} = DEFAULT_ETH_RPC_LIMITS;
const word = (value: number): `0x${string}` => `0x${value.toString(16).padStart(64, '0')}`;

describe('eth_simulateV1', () => {
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode();
    await result(node, 'eth_sendRawTransaction', await transfer(0));
    await node.mine();
  });
  afterAll(() => node.close());
  beforeEach(() => void (node.chain.simulations.length = 0));

  const error = async (payload: unknown, ...rest: readonly unknown[]): Promise<{code: number; message: string}> =>
    (await ask(node, 'eth_simulateV1', [payload, ...rest])).error ?? {code: 0, message: 'accepted'};

  it('hands every field on', async () => {
    const withdrawals = [{index: '0x1', validatorIndex: '0x2', address: BOB, amount: '0x3'}];
    await result(node, 'eth_simulateV1', {
      blockStateCalls: [
        {
          blockOverrides: {
            number: '0x9',
            time: '0xa',
            gasLimit: '0xb',
            feeRecipient: ALICE,
            prevRandao: word(1),
            baseFeePerGas: '0xc',
            blobBaseFee: '0xd',
            difficulty: '0xe',
            beaconRoot: word(2),
            withdrawals,
          },
          stateOverrides: {[TOKEN]: {balance: '0x1', nonce: '0x2', code: '0xfe', stateDiff: {'0x5': '0x6'}}, [BOB]: {movePrecompileToAddress: ALICE}},
          calls: [{from: ALICE, to: TOKEN, value: '0x7', input: '0x01', gas: '0x5208', nonce: '0x8', maxFeePerGas: '0x9', blobVersionedHashes: [word(3)], maxFeePerBlobGas: '0xa'}],
        },
        {},
      ],
      traceTransfers: true,
      validation: true,
    });
    expect(node.chain.simulations).toEqual([
      {
        blocks: [
          {
            blockOverrides: {
              number: 9n,
              time: 10n,
              gasLimit: 11n,
              feeRecipient: ALICE,
              prevRandao: word(1),
              baseFeePerGas: 12n,
              blobBaseFee: 13n,
              difficulty: 14n,
              beaconRoot: word(2),
              withdrawals: [{index: 1n, validatorIndex: 2n, address: BOB, amount: 3n}],
            },
            stateOverrides: new Map<string, unknown>([
              [TOKEN, {balance: 1n, nonce: 2n, code: unhex('0xfe'), stateDiff: new Map([[word(5), word(6)]])}],
              [BOB, {movePrecompileToAddress: ALICE}],
            ]),
            calls: [
              {from: ALICE, to: TOKEN, value: 7n, data: unhex('0x01'), gas: 21_000n, nonce: 8n, maxFeePerGas: 9n, blobVersionedHashes: [word(3)], maxFeePerBlobGas: 10n},
            ],
          },
          {blockOverrides: {}, stateOverrides: new Map(), calls: []},
        ],
        traceTransfers: true,
        validation: true,
      },
    ]);
  });

  it('shows blocks with hashes or transactions, and what became of each call', async () => {
    const [block] = await result(node, 'eth_simulateV1', {blockStateCalls: [{}]});
    const head = await result(node, 'eth_getBlockByNumber', 'latest', false);
    expect(block).toEqual({...head, calls: []});
    const call = (fields: Partial<SimulatedCall>): SimulatedCall => ({status: 'success', returnData: unhex('0x2a'), gasUsed: 5n, maxUsedGas: 6n, logs: [], ...fields});
    const calls = [
      call({logs: [{log: {address: TOKEN, topics: [word(1)], data: unhex('0x07')}, index: 4}]}),
      call({status: 'revert', returnData: unhex(`0x4e487b71${word(1).slice(2)}`)}),
      call({status: 'failure', returnData: new Uint8Array(0), error: 'out of gas'}),
    ];
    const {simulate} = node.chain;
    const shown = node.chain.head();
    node.chain.simulate = async () => [{block: {...shown, transactions: [shown.transactions[0]!, shown.transactions[0]!, shown.transactions[0]!]}, calls}];
    const [full] = await result(node, 'eth_simulateV1', {blockStateCalls: [{}], returnFullTransactions: true}).finally(() => (node.chain.simulate = simulate));
    expect(full.transactions[2]).toMatchObject({from: ALICE, to: BOB, transactionIndex: '0x2', blockHash: head.hash});
    expect(full.calls).toEqual([
      {
        returnData: '0x2a',
        gasUsed: '0x5',
        maxUsedGas: '0x6',
        status: '0x1',
        logs: [
          {
            address: TOKEN,
            topics: [word(1)],
            data: '0x07',
            blockNumber: head.number,
            blockHash: head.hash,
            blockTimestamp: head.timestamp,
            transactionHash: head.transactions[0],
            transactionIndex: '0x0',
            logIndex: '0x4',
            removed: false,
          },
        ],
      },
      {
        returnData: '0x',
        gasUsed: '0x5',
        maxUsedGas: '0x6',
        status: '0x0',
        logs: [],
        error: {code: 3, message: 'execution reverted: assert(false)', data: `0x4e487b71${word(1).slice(2)}`},
      },
      {returnData: '0x', gasUsed: '0x5', maxUsedGas: '0x6', status: '0x0', logs: [], error: {code: -32015, message: 'out of gas'}},
    ]);
  });

  it('refuses what exceeds its limits', async () => {
    const many = (count: number, item: unknown = {}): unknown[] => Array.from({length: count}, () => item);
    expect(await error({blockStateCalls: []})).toEqual({code: -32602, message: 'empty input'});
    expect(await error({})).toEqual({code: -32602, message: 'empty input'});
    expect(await error({blockStateCalls: many(simulatedBlocksMax + 1)})).toEqual({code: -38026, message: 'too many blocks'});
    expect(await error({blockStateCalls: [{calls: many(simulatedCallsPerBlockMax + 1)}]})).toEqual({
      code: -38026,
      message: `too many calls in block: ${simulatedCallsPerBlockMax + 1} > ${simulatedCallsPerBlockMax}`,
    });
    const full = {calls: many(simulatedCallsPerBlockMax)};
    expect((await error({blockStateCalls: [full, full, {calls: [{}]}]})).message).toBe(`too many calls: ${simulatedCallsMax + 1} > ${simulatedCallsMax}`);
    const slots = Object.fromEntries(Array.from({length: simulatedOverridesMax}, (_, i) => [`0x${i.toString(16)}`, '0x1']));
    expect(await error({blockStateCalls: [{stateOverrides: {[BOB]: {state: slots}}}]})).toMatchObject({code: -38026, message: expect.stringContaining('too many overrides')});
    const accounts = Object.fromEntries(Array.from({length: stateOverridesMax + 1}, (_, i) => [`0x${i.toString(16).padStart(40, '0')}`, {}]));
    expect((await error({blockStateCalls: [{stateOverrides: accounts}]})).code).toBe(-32602);
    expect(node.chain.simulations).toEqual([]);
  });

  it('refuses malformed fields, other chains and missing blocks', async () => {
    const one = (entry: unknown) => error({blockStateCalls: [entry]});
    expect((await one({calls: [{to: '0x12'}]})).message).toMatch(/blockStateCalls\[0\]\.calls\[0\]\.to/);
    expect((await one({blockOverrides: {time: 5}})).code).toBe(-32602);
    expect((await one({blockOverrides: {withdrawals: [{}]}})).message).toMatch(/missing field "index"/);
    expect((await one({stateOverrides: {[BOB]: {state: {}, stateDiff: {}}}})).message).toMatch(/both 'state' and 'stateDiff' are set/);
    expect((await one({calls: [{chainId: '0x1'}]})).message).toMatch(/chainId does not match/);
    expect((await error({blockStateCalls: [{}], validation: 'yes'})).code).toBe(-32602);
    expect(await error({blockStateCalls: [{}]}, '0xff')).toEqual({code: -32000, message: 'header not found'});
  });

  it.each<[SimulationErrorCode, number]>([
    ['nonce-too-low', -38010],
    ['nonce-too-high', -38011],
    ['fee-cap-too-low', -38012],
    ['intrinsic-gas', -38013],
    ['insufficient-funds', -38014],
    ['block-gas-limit', -38015],
    ['block-number-order', -38020],
    ['block-timestamp-order', -38021],
    ['init-code-too-large', -38025],
    ['limit-exceeded', -38026],
    ['tip-above-fee-cap', -32602],
    ['invalid-override', -32000],
    ['invalid-message', -32603],
    ['timeout', -32016],
  ])('says %s as %i', async (code, number) => {
    const {simulate} = node.chain;
    node.chain.simulate = async () => Promise.reject(new SimulationError(code, 'why'));
    expect(await error({blockStateCalls: [{}]}).finally(() => (node.chain.simulate = simulate))).toEqual({code: number, message: 'why'});
  });
});

describe('eth_createAccessList', () => {
  let node: TestNode;
  beforeAll(async () => void (node = await startNode()));
  afterAll(() => node.close());

  it('gives the list and the gas, and the reason of a failure beside them', async () => {
    const accessList = [{address: TOKEN, storageKeys: [word(1)]}];
    const ok = await result(node, 'eth_createAccessList', {from: ALICE, to: BOB, accessList});
    expect(ok).toEqual({accessList, gasUsed: `0x${(21_000 + 2_400 + 1_900).toString(16)}`});
    expect(await result(node, 'eth_createAccessList', {from: ALICE, to: TOKEN, input: '0xa9cc4718'}, 'latest')).toMatchObject({accessList: [], error: 'execution reverted'});
    expect((await ask(node, 'eth_createAccessList', [{to: BOB}, '0xff'])).error).toEqual({code: -32000, message: 'header not found'});
    expect((await ask(node, 'eth_createAccessList', [{to: BOB, chainId: '0x1'}])).error?.message).toMatch(/chainId does not match/);
  });
});

describe('overrides of calls', () => {
  let node: TestNode;
  beforeAll(async () => void (node = await startNode()));
  afterAll(() => node.close());

  it.each(['eth_call', 'eth_estimateGas'])('%s refuses what only a block that is built can be given', async (method) => {
    for (const [name, value] of [['beaconRoot', word(1)], ['withdrawals', []]] as const) {
      const {error} = await ask(node, method, [{to: BOB}, 'latest', {}, {[name]: value}]);
      expect(error).toEqual({code: -32000, message: `block override "${name}" is not supported for this RPC method`});
    }
    expect((await ask(node, method, [{from: ALICE, to: BOB}, 'latest', {}, {blobBaseFee: '0x1', difficulty: '0x2'}])).error).toBeUndefined();
  });
});
