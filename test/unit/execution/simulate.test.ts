import {beforeAll, describe, expect, it} from '@jest/globals';
import type {Address, Hash} from '#node/execution';
import {encodeRlp, limits} from '#node/execution';
import type {SimulatedBlock, SimulatedBlockRequest, SimulationRequest} from '../../../node/rpc/eth/index.ts';
import {bytes, CHAIN_ID, ETHER, GENESIS_TIME, GWEI, newChain as openChain, signerOf, transferOf} from './support.ts';
import type {GenesisAlloc, TestChain} from './support.ts';

const alice = signerOf(1);
const bob = signerOf(2);
const poor: Address = `0x${'99'.repeat(20)}`;
const GAS_MAX = 50_000_000n;
const address = (index: number): Address => `0x${'0a'.repeat(19)}${index.toString(16).padStart(2, '0')}`;
const word = (value: number | bigint): string => value.toString(16).padStart(64, '0');
const slotOf = (index: number | bigint): Hash => `0x${word(index)}`;
/** sstore(calldata[0], calldata[1]) with two words of calldata, else returns sload(calldata[0]). */
const store = address(1);
/** Logs calldata[0] as topic, calls the address in it with its own value, and reverts when that fails. */
const forwarder = address(2);
/** Reverts. */
const reverter = address(3);
/** Returns number ‖ timestamp ‖ basefee ‖ coinbase ‖ prevrandao ‖ blockhash(number-1) ‖ blobbasefee ‖ gaslimit. */
const environment = address(4);
/** Logs once, then runs out of gas. */
const burner = address(5);
const IDENTITY: Address = `0x${'00'.repeat(19)}04`;
const SHA256: Address = `0x${'00'.repeat(19)}02`;
const HISTORY: Address = '0x0000f90827f1c53a10cb7a02335b175320002935';
const BEACON_ROOTS: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';
const ETHER_ADDRESS = `0x${'ee'.repeat(20)}`;

const alloc: GenesisAlloc = {
  [alice.address]: {balance: (1000n * ETHER).toString()},
  [bob.address]: {balance: (1000n * ETHER).toString()},
  [store]: {balance: '0', nonce: '1', code: '0x36604014601157600035545f5260205ff35b60203560003555', storage: {'0x5': '0x55', '0x6': '0x66'}},
  [forwarder]: {balance: '0', nonce: '1', code: '0x6000355f5fa15f5f5f5f346000355af16016575f5ffd5b00'},
  [reverter]: {balance: '0', nonce: '1', code: '0x5f5ffd'},
  [environment]: {balance: '0', nonce: '1', code: '0x435f5242602052486040524160605244608052600143034060a0524a60c0524560e0526101005ff3'},
  [burner]: {balance: '0', nonce: '1', code: '0x5f5fa0fe'},
};

/** Time stands still, so that a busy machine does not end a simulation. */
const newChain: typeof openChain = (genesis, options) => openChain(genesis, {now: () => 0, ...options});
const block = (request: Partial<SimulatedBlockRequest> = {}): SimulatedBlockRequest => ({blockOverrides: {}, stateOverrides: new Map(), calls: [], ...request});
const wordsOf = (data: Uint8Array): bigint[] => Array.from({length: data.length / 32}, (_, i) => BigInt(`0x${Buffer.from(data.subarray(i * 32, i * 32 + 32)).toString('hex')}`));
const callData = (...words: readonly (number | bigint | string)[]): Uint8Array => bytes(words.map((value) => (typeof value === 'string' ? value.slice(2).padStart(64, '0') : word(value))).join(''));

describe('a simulation', () => {
  let chain: TestChain;
  const run = (blocks: readonly SimulatedBlockRequest[], options: Partial<SimulationRequest> = {}, number = 3n, gasMax = GAS_MAX): Promise<readonly SimulatedBlock[]> =>
    chain.backend.simulate({blocks, traceTransfers: false, validation: false, ...options}, number, {gasMax});
  const refusal = async (blocks: readonly SimulatedBlockRequest[], options: Partial<SimulationRequest> = {}, gasMax = GAS_MAX): Promise<{code?: string; message?: string}> => {
    try {
      await run(blocks, options, 3n, gasMax);
    } catch (error) {
      return error as {code: string; message: string};
    }
    return {};
  };

  beforeAll(async () => {
    chain = await newChain(alloc);
    for (let i = 0; i < 3; i++) await chain.produce([transferOf(alice, BigInt(i), bob.address, 1n)]);
  });

  it('has the state root that the chain reaches by the same changes', async () => {
    const other = await newChain(alloc);
    for (let i = 0; i < 3; i++) await other.produce([transferOf(alice, BigInt(i), bob.address, 1n)]);
    const txs = [
      transferOf(alice, 3n, store, 0n, {data: callData(7, 0x77), gasLimit: 100_000n}),
      transferOf(bob, 0n, store, 0n, {data: callData(5, 0), gasLimit: 100_000n}),
      transferOf(bob, 1n, poor, ETHER),
    ];
    await other.produce(txs);
    const {header: made} = other.backend.head();
    const fees = {maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI};
    const [simulated] = await run(
      [
        block({
          blockOverrides: {time: made.timestamp, feeRecipient: made.miner, prevRandao: made.mixHash, beaconRoot: made.parentBeaconBlockRoot!},
          calls: [
            {from: alice.address, to: store, data: callData(7, 0x77), gas: 100_000n, ...fees},
            {from: bob.address, to: store, data: callData(5, 0), gas: 100_000n, ...fees},
            {from: bob.address, to: poor, value: ETHER, gas: 21_000n, ...fees},
          ],
        }),
      ],
      {validation: true},
    );
    const {header} = simulated!.block;
    const {stateRoot, gasUsed, baseFeePerGas, receiptsRoot, parentHash, number} = made;
    expect(header).toMatchObject({stateRoot, gasUsed, baseFeePerGas, receiptsRoot, parentHash, number});
    // The Comet hash and the signatures are missing.
    expect(header.hash).not.toBe(made.hash);
    // The refund of 4,800, as far as the floor of the call data (EIP-7623) lets it through.
    expect(simulated!.calls.map(({gasUsed: used, maxUsedGas}) => maxUsedGas - used)).toEqual([0n, 4_632n, 0n]);
  });

  it('goes on from block to block, also when the chain moves on meanwhile', async () => {
    const moving = await newChain(alloc);
    const blocks = Array.from({length: 40}, (_, i) =>
      block({calls: [{from: bob.address, to: store, gas: 100_000n, data: callData(100 + i, i + 1)}, {from: bob.address, to: store, gas: 100_000n, data: callData(5, i)}]}),
    );
    const request = {blocks, traceTransfers: false, validation: false};
    const still = await moving.backend.simulate(request, 0n, {gasMax: GAS_MAX});
    const [meanwhile] = await Promise.all([
      moving.backend.simulate(request, 0n, {gasMax: GAS_MAX}),
      (async () => {
        for (let i = 0n; i < 3n; i++) await moving.produce([transferOf(alice, i, store, 0n, {data: callData(5, 1000n + i), gasLimit: 100_000n})]);
      })(),
    ]);
    expect(moving.backend.head().header.number).toBe(3n);
    const roots = (result: readonly SimulatedBlock[]): string[] => result.map((simulated) => simulated.block.header.stateRoot);
    expect(roots(meanwhile)).toEqual(roots(still));
    expect(new Set(roots(still)).size).toBe(40);
    expect(roots(await moving.backend.simulate(request, 0n, {gasMax: GAS_MAX}))).toEqual(roots(still));
  });

  it('fills the numbers that are left out, and keeps numbers and times in order', async () => {
    const {header} = chain.backend.head();
    const result = await run([block(), block({blockOverrides: {number: 7n}}), block({blockOverrides: {time: header.timestamp + 100n}})]);
    expect(result.map((simulated) => simulated.block.header.number)).toEqual([4n, 5n, 6n, 7n, 8n]);
    expect(result.map((simulated) => simulated.block.header.timestamp - header.timestamp)).toEqual([12n, 24n, 36n, 48n, 100n]);
    let parent = header.hash;
    for (const simulated of result) {
      expect(simulated.block.header).toMatchObject({parentHash: parent, baseFeePerGas: 0n, gasLimit: header.gasLimit, miner: header.miner, mixHash: slotOf(0)});
      parent = simulated.block.header.hash;
    }
    expect(await refusal([block({blockOverrides: {number: 3n}})])).toMatchObject({code: 'block-number-order', message: 'block numbers must be in order: 3 <= 3'});
    expect(await refusal([block({blockOverrides: {time: header.timestamp}})])).toMatchObject({
      code: 'block-timestamp-order',
      message: `block timestamps must be in order: ${header.timestamp} <= ${header.timestamp}`,
    });
    const farthest = 3n + limits.SIMULATED_BLOCKS_MAX;
    expect(await refusal([block({blockOverrides: {number: farthest + 1n}})])).toMatchObject({code: 'limit-exceeded', message: 'too many blocks'});
    expect((await run([block({blockOverrides: {number: farthest}})])).length).toBe(Number(limits.SIMULATED_BLOCKS_MAX));
  });

  it('shows calls the environment that was asked for, and the hashes of simulated blocks', async () => {
    const overrides = {number: 5n, time: GENESIS_TIME + 500n, gasLimit: 1_000_000n, feeRecipient: poor, prevRandao: slotOf(9), baseFeePerGas: 7n, blobBaseFee: 11n};
    const [fourth, fifth, sixth] = await run([
      block({calls: [{to: environment}]}),
      block({blockOverrides: overrides, calls: [{to: environment}]}),
      block({calls: [{to: environment}]}),
    ]);
    const header = chain.backend.head().header;
    expect(wordsOf(fourth!.calls[0]!.returnData)).toEqual([4n, header.timestamp + 12n, 0n, BigInt(header.miner), 0n, BigInt(header.hash), 1n, header.gasLimit]);
    expect(wordsOf(fifth!.calls[0]!.returnData)).toEqual([5n, overrides.time, 7n, BigInt(poor), 9n, BigInt(fourth!.block.header.hash), 11n, 1_000_000n]);
    // Fee recipient and gas limit stay until they are changed again; the base fee does not.
    expect(wordsOf(sixth!.calls[0]!.returnData)).toEqual([6n, overrides.time + 12n, 0n, BigInt(poor), 0n, BigInt(fifth!.block.header.hash), 1n, 1_000_000n]);
  });

  it('feeds the contracts of recent hashes and beacon roots, and pays withdrawals', async () => {
    const withdrawals = [{index: 1n, validatorIndex: 2n, address: poor, amount: 3n}];
    const time = GENESIS_TIME + 1_000n;
    const [first, second] = await run([
      block({blockOverrides: {time, beaconRoot: slotOf(0xbe), withdrawals}}),
      block({calls: [{to: HISTORY, data: callData(4)}, {to: BEACON_ROOTS, data: callData(time)}, {from: poor, to: bob.address, value: 3n * GWEI}]}),
    ]);
    expect(first!.block.header.parentBeaconBlockRoot).toBe(slotOf(0xbe));
    expect(first!.block.withdrawals).toEqual(withdrawals);
    expect(first!.block.size - (await run([block({blockOverrides: {time}})]))[0]!.block.size).toBe(encodeRlp([bytes('01'), bytes('02'), bytes(poor), bytes('03')]).length);
    expect(second!.calls.map(({status}) => status)).toEqual(['success', 'success', 'success']);
    expect(second!.calls[0]!.returnData).toEqual(bytes(first!.block.header.hash));
    expect(second!.calls[1]!.returnData).toEqual(bytes(slotOf(0xbe)));
  });

  it('applies the overrides of each block to what the blocks before it left', async () => {
    const read = (slot: number) => ({to: store, data: callData(slot)});
    const [first, second, third] = await run([
      block({calls: [{to: store, data: callData(8, 0x88)}, read(5), read(8)]}),
      block({stateOverrides: new Map([[store, {stateDiff: new Map([[slotOf(9), slotOf(0x99)]])}]]), calls: [read(5), read(8), read(9)]}),
      block({stateOverrides: new Map([[store, {state: new Map([[slotOf(5), slotOf(0x55)]])}]]), calls: [read(5), read(6), read(8), read(9)]}),
    ]);
    const values = (simulated: SimulatedBlock | undefined): (bigint | undefined)[] => simulated!.calls.map(({returnData}) => wordsOf(returnData)[0]);
    expect(values(first)).toEqual([undefined, 0x55n, 0x88n]);
    expect(values(second)).toEqual([0x55n, 0x88n, 0x99n]);
    expect(values(third)).toEqual([0x55n, 0n, 0n, 0n]);
  });

  it('gives a storage that was replaced the root of what replaced it', async () => {
    // Without its code the history contract is left alone, so the roots do not tell of the parents' hashes.
    const stateOverrides = new Map([[HISTORY, {code: new Uint8Array(0)}]]);
    const rootOn = async (genesis: GenesisAlloc, overrides: SimulatedBlockRequest['stateOverrides']): Promise<Hash> => {
      const {backend} = await newChain(genesis);
      const blocks = [block({stateOverrides: new Map([...stateOverrides, ...overrides])}), block()];
      return (await backend.simulate({blocks, traceTransfers: false, validation: false}, 0n, {gasMax: GAS_MAX}))[1]!.block.header.stateRoot;
    };
    const kept = {...alloc, [store]: {...alloc[store]!, storage: {'0x5': '0x55'}}};
    const replaced = await rootOn(alloc, new Map([[store, {state: new Map([[slotOf(5), slotOf(0x55)]])}]]));
    expect(replaced).toBe(await rootOn(kept, new Map()));
    expect(replaced).not.toBe(await rootOn(alloc, new Map()));
  });

  it('moves precompiles, and lets code take their place', async () => {
    const target = address(0x77);
    const call = (to: Address) => ({to, data: bytes('0102')});
    const [moved, plain] = await run([
      block({stateOverrides: new Map([[IDENTITY, {movePrecompileToAddress: target}]]), calls: [call(target), call(IDENTITY)]}),
      block({calls: [call(target), call(IDENTITY)]}),
    ]);
    expect(moved!.calls.map(({returnData}) => returnData)).toEqual([bytes('0102'), new Uint8Array(0)]);
    expect(plain!.calls.map(({returnData}) => returnData)).toEqual([new Uint8Array(0), bytes('0102')]);
    // PUSH1 7, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
    const [overridden] = await run([block({stateOverrides: new Map([[SHA256, {code: bytes('60075f5260205ff3')}]]), calls: [call(SHA256)]})]);
    expect(overridden!.calls[0]!.returnData).toEqual(bytes(word(7)));
    expect(await refusal([block({stateOverrides: new Map([[poor, {movePrecompileToAddress: target}]])})])).toMatchObject({
      code: 'invalid-override',
      message: 'account 0x9999999999999999999999999999999999999999 is not a precompile',
    });
    expect((await refusal([block({stateOverrides: new Map([[IDENTITY, {movePrecompileToAddress: SHA256}], [SHA256, {balance: 1n}]])})])).message).toMatch(/is already overridden$/);
  });

  it('shows transfers of ether as logs when asked, counts logs over the block, and leaves none of what failed', async () => {
    const calls = [
      {from: alice.address, to: forwarder, value: 5n, data: callData(poor)},
      {from: alice.address, to: forwarder, value: 6n, data: callData(reverter)},
      {from: alice.address, to: burner, gas: 50_000n},
      {from: alice.address, to: forwarder, value: 7n, data: callData(bob.address)},
    ];
    const [traced] = await run([block({calls})], {traceTransfers: true});
    expect(traced!.calls.map(({status}) => status)).toEqual(['success', 'revert', 'failure', 'success']);
    expect(traced!.calls[2]).toMatchObject({error: 'invalid opcode', returnData: new Uint8Array(0), gasUsed: 50_000n});
    const shown = traced!.calls.map(({logs}) => logs.map(({log, index}) => [log.address, index]));
    expect(shown[0]).toEqual([[ETHER_ADDRESS, 0], [forwarder, 1], [ETHER_ADDRESS, 2]]);
    expect(shown.slice(1, 3)).toEqual([[], []]);
    expect(shown[3]!.map(([emitter]) => emitter)).toEqual([ETHER_ADDRESS, forwarder, ETHER_ADDRESS]);
    expect(traced!.calls[0]!.logs[2]!.log).toEqual({
      address: ETHER_ADDRESS,
      topics: ['0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef', `0x${'00'.repeat(12)}${forwarder.slice(2)}`, `0x${'00'.repeat(12)}${poor.slice(2)}`],
      data: bytes(word(5)),
    });
    const [plain] = await run([block({calls})]);
    expect(plain!.calls.map(({logs}) => logs.map(({log}) => log.address))).toEqual([[forwarder], [], [], [forwarder]]);
    // The receipts hold what contracts logged, whatever is shown.
    expect(plain!.block.header.receiptsRoot).toBe(traced!.block.header.receiptsRoot);
  });

  it('holds nonces and fees against the rules only when they are to be validated', async () => {
    const transfer = {from: alice.address, to: bob.address, value: 1n};
    const [lenient] = await run([block({calls: [{...transfer, nonce: 99n}, {...transfer, nonce: 0n}]})]);
    expect(lenient!.calls.map(({status}) => status)).toEqual(['success', 'success']);
    expect(lenient!.block.transactions.map(({nonce}) => nonce)).toEqual([99n, 0n]);
    const validation = {validation: true};
    const fees = {maxFeePerGas: 10n * GWEI, gas: 21_000n};
    expect(await refusal([block({calls: [{...transfer, ...fees, nonce: 99n}]})], validation)).toMatchObject({code: 'nonce-too-high'});
    expect(await refusal([block({calls: [{...transfer, ...fees, nonce: 0n}]})], validation)).toMatchObject({code: 'nonce-too-low'});
    const refused = await refusal([block({calls: [{...transfer, gas: 21_000n}]})], validation);
    expect(refused.code).toBe('fee-cap-too-low');
    expect(refused.message).toMatch(/^err: max fee per gas less than block base fee: address 0x[0-9a-fA-F]{40}, maxFeePerGas: 0, baseFee: \d+ \(supplied gas 21000\)$/);
    const [valid] = await run([block({calls: [{...transfer, ...fees}, {...transfer, ...fees}]})], validation);
    expect(valid!.block.header.baseFeePerGas).toBe(chain.backend.baseFeeOfNextBlock());
    expect(valid!.block.transactions.map(({type, nonce, sender}) => [type, nonce, sender])).toEqual([[2, 3n, alice.address], [2, 4n, alice.address]]);
  });

  it('names what cannot stand in geth’s words', async () => {
    const one = (call: object, options = {}) => refusal([block({calls: [call]})], options);
    expect(await one({from: poor, to: bob.address, value: 1n, gas: 21_000n})).toMatchObject({
      code: 'insufficient-funds',
      message: 'err: insufficient funds for gas * price + value: address 0x9999999999999999999999999999999999999999 have 0 want 1 (supplied gas 21000)',
    });
    expect(await one({to: bob.address, gas: 0n})).toMatchObject({code: 'intrinsic-gas', message: 'err: intrinsic gas too low: have 0, want 21000 (supplied gas 0)'});
    expect(await one({data: new Uint8Array(49_153)})).toMatchObject({code: 'init-code-too-large'});
    expect(await one({from: alice.address, to: bob.address, maxFeePerGas: 1n, maxPriorityFeePerGas: 2n, gas: 21_000n})).toMatchObject({code: 'tip-above-fee-cap'});
    expect(await one({to: bob.address, blobVersionedHashes: []})).toMatchObject({code: 'invalid-message', message: expect.stringContaining('missing blob hashes')});
    expect(await one({to: bob.address, blobVersionedHashes: [slotOf(1)]})).toMatchObject({message: expect.stringContaining('invalid hash version')});
    expect(await one({to: bob.address, authorizationList: []})).toMatchObject({message: expect.stringContaining('empty auth list')});
    expect(await one({authorizationList: [{chainId: CHAIN_ID, address: poor, nonce: 0n, yParity: 0, r: 1n, s: 1n}]})).toMatchObject({
      message: expect.stringContaining('cannot be used to create contract'),
    });
    const nonceMax = new Map([[poor, {nonce: 2n ** 64n - 1n}]]);
    expect(await refusal([block({stateOverrides: nonceMax, calls: [{from: poor, to: bob.address, maxFeePerGas: GWEI * 9n, gas: 0n}]})], {validation: true})).toMatchObject({
      code: 'invalid-message',
      message: expect.stringContaining('nonce has max value'),
    });
    const [overflowing] = await run([block({stateOverrides: nonceMax, calls: [{from: poor, data: bytes('00')}, {from: poor, to: bob.address}]})]);
    expect(overflowing!.calls).toMatchObject([{status: 'failure', error: 'nonce uint64 overflow'}, {status: 'success'}]);
  });

  it('holds blobs against the price of blob gas', async () => {
    const blob: Hash = `0x01${'11'.repeat(31)}`;
    const call = {from: alice.address, to: bob.address, blobVersionedHashes: [blob, blob], gas: 21_000n};
    const [free] = await run([block({calls: [call]})]);
    expect(free!.block.header).toMatchObject({blobGasUsed: 262_144n, excessBlobGas: 0n});
    expect(free!.block.transactions[0]).toMatchObject({type: 3, blobVersionedHashes: [blob, blob]});
    const priced = {blockOverrides: {blobBaseFee: 10n}};
    expect((await refusal([block({...priced, calls: [{...call, maxFeePerBlobGas: 9n}]})])).message).toMatch(/max fee per blob gas less than block blob gas fee/);
    // BLOBHASH(1), returned.
    const reading = new Map([[poor, {code: bytes('6001495f5260205ff3')}]]);
    const [paid] = await run([block({...priced, stateOverrides: reading, calls: [{...call, to: poor, gas: 50_000n, maxFeePerBlobGas: 10n}]})]);
    expect(paid!.calls[0]!.returnData).toEqual(bytes(blob));
  });

  it('spends one gas budget on all blocks, and no more in a block than its limit', async () => {
    const transfer = {from: alice.address, to: bob.address};
    const [first, second] = await run([block({calls: [transfer]}), block({calls: [transfer]})], {}, 3n, 50_000n);
    expect([first, second].map((simulated) => simulated!.block.transactions[0]!.gasLimit)).toEqual([50_000n, 29_000n]);
    expect(await refusal([block({calls: [transfer]}), block({calls: [transfer, transfer]})], {}, 50_000n)).toMatchObject({
      code: 'intrinsic-gas',
      message: 'err: intrinsic gas too low: have 8000, want 21000 (supplied gas 8000)',
    });
    const small = {blockOverrides: {gasLimit: 50_000n}};
    const [limited] = await run([block({...small, calls: [transfer, transfer]})]);
    expect(limited!.block.transactions.map(({gasLimit}) => gasLimit)).toEqual([50_000n, 29_000n]);
    expect(await refusal([block({...small, calls: [{...transfer, gas: 50_001n}]})])).toMatchObject({code: 'block-gas-limit'});
    expect(await refusal([block({...small, calls: [transfer, {...transfer, gas: 29_001n}]})])).toMatchObject({code: 'block-gas-limit'});
  });

  it('is refused when it returns more than its limit', async () => {
    // Returns a megabyte of zeros.
    const large = new Map([[poor, {code: bytes('621000005ff3')}]]);
    const calls = Array.from({length: 20}, () => ({to: poor, gas: 2_400_000n}));
    expect((await run([block({stateOverrides: large, calls: calls.slice(0, 2)})]))[0]!.calls.map(({returnData}) => returnData.length)).toEqual([1 << 20, 1 << 20]);
    expect(await refusal([block({stateOverrides: large, calls})])).toMatchObject({code: 'limit-exceeded', message: `the calls return more than ${limits.SIMULATED_BYTES_MAX} bytes`});
  });

  it('is given up when it takes too long, between calls and inside of one', async () => {
    let nowMs = 0;
    let stepMs = 0;
    const slow = await newChain(alloc, {now: () => (nowMs += stepMs)});
    const run = (count: number, call: object = {to: bob.address, gas: 21_000n}) =>
      slow.backend.simulate({blocks: Array.from({length: count}, () => block({calls: [call]})), traceTransfers: false, validation: false}, 0n, {gasMax: GAS_MAX});
    const timeout = {code: 'timeout', message: `execution aborted (timeout = ${limits.SIMULATION_MS_MAX / 1_000}s)`};
    stepMs = limits.SIMULATION_MS_MAX / 10;
    expect(await run(2)).toHaveLength(2);
    await expect(run(6)).rejects.toMatchObject(timeout);
    // An endless loop; only some of its turns are looked at before its gas is at an end.
    const loop = {from: alice.address, data: bytes('5b5f56'), gas: 1_000_000n};
    await expect(run(1, loop)).rejects.toMatchObject(timeout);
    stepMs = 0;
    expect((await run(1, loop))[0]!.calls[0]).toMatchObject({status: 'failure', error: 'out of gas'});
  });

  it('changes nothing, and can begin at an older block', async () => {
    const before = chain.backend.head().header;
    const writing = [block({calls: [{to: store, data: callData(5, 1)}, {from: alice.address, to: poor, value: ETHER}]})];
    await run(writing);
    expect(chain.latest.storage(store, slotOf(5))).toEqual(bytes(word(0x55)));
    expect(chain.latest.balance(poor)).toBe(0n);
    expect(chain.backend.head().header).toBe(before);
    const [old] = await run(writing, {}, 1n);
    expect(old!.block.header).toMatchObject({number: 2n, parentHash: (await chain.backend.blockByNumber(1n))!.header.hash});
    await expect(run(writing, {}, 9n)).rejects.toMatchObject({code: 'state-unavailable', message: 'header not found'});
  });
});
