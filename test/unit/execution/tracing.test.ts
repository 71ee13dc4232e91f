/** Tracers over re-executed blocks: every kind of frame, the shapes and words of geth, limits. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import type {Address} from '#node/execution';
import {TraceBudget} from '../../../node/execution/trace/budget.ts';
import {StructLogger} from '../../../node/execution/trace/struct-logger.ts';
import type {TraceOptions} from '../../../node/execution/trace/types.ts';
import {bytes, CHAIN_ID, deployerOf, ETHER, GWEI, newChain, signerOf, transferOf} from './support.ts';
import type {GenesisAlloc, TestChain} from './support.ts';

const alice = signerOf(1);
const bob = signerOf(2);
const at = (index: number): Address => `0x${'0a'.repeat(19)}${index.toString(16).padStart(2, '0')}`;
const raw = (address: string): string => address.slice(2);
const call = (op: 'f1' | 'f2', to: string, gas = '61c350', value = '5f'): string => `5f5f5f5f${value}73${raw(to)}${gas}${op}50`;
const plainCall = (op: 'f4' | 'fa', to: string, gas = '61c350'): string => `5f5f5f5f73${raw(to)}${gas}${op}50`;

const LEAF = at(1);
const REVERTER = at(2);
const BURNER = at(3);
const DESTROYER = at(4);
const LOGGER = at(5);
const IDENTITY: Address = `0x${'00'.repeat(19)}04`;
const GROTH16: Address = `0x${'00'.repeat(18)}0a01`;
const ORCHESTRA = at(9);
const CREATOR = at(10);
const RICH_CALLER = at(11);
const LOOP = at(12);
/** Error(string) "no". */
const REASON = `08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6e6f'.padEnd(64, '0')}`;

const alloc: GenesisAlloc = {
  [alice.address]: {balance: (1000n * ETHER).toString()},
  [LEAF]: {balance: '0', nonce: '1', code: '0x602a60005500'},
  [REVERTER]: {balance: '0', nonce: '1', code: `0x6064600c60003960646000fd${REASON}`},
  [BURNER]: {balance: '0', nonce: '1', code: '0xfe'},
  [DESTROYER]: {balance: '5', nonce: '1', code: `0x73${raw(bob.address)}ff`},
  [LOGGER]: {balance: '0', nonce: '1', code: '0x60ff60005260206000a000'},
  [ORCHESTRA]: {
    balance: '0',
    nonce: '1',
    code: `0x${call('f1', LEAF)}${plainCall('f4', LEAF)}${plainCall('fa', LEAF)}${call('f2', LEAF)}${call('f1', REVERTER)}${call('f1', BURNER)}${call('f1', DESTROYER)}${call('f1', LOGGER)}${plainCall('fa', IDENTITY)}${plainCall('fa', GROTH16)}`,
  },
  // CREATE of code that is two bytes long, CREATE2 of init code that reverts.
  [CREATOR]: {balance: '0', nonce: '1', code: '0x6960fe60005260016000f35f52600a60165ff050635f5ffd5f5f525f6004601c5ff55000'},
  [RICH_CALLER]: {balance: '0', nonce: '1', code: `0x${call('f1', LEAF, '61c350', '6001')}00`},
  [LOOP]: {balance: '0', nonce: '1', code: '0x5b5f56'},
};

const struct: TraceOptions = {tracer: {kind: 'struct', enableMemory: false, disableStack: false, disableStorage: false, enableReturnData: false, limit: 0}, timeoutMs: 60_000};
const calls: TraceOptions = {tracer: {kind: 'call', onlyTopCall: false, withLog: true}, timeoutMs: 60_000};
const prestate = (diffMode: boolean): TraceOptions => ({tracer: {kind: 'prestate', diffMode, disableCode: false, disableStorage: false, includeEmpty: false}, timeoutMs: 60_000});

type Trace = any; // eslint-disable-line @typescript-eslint/no-explicit-any

let chain: TestChain;
let nonce = 0n;
const send = (to: Address | undefined, data = '', gasLimit = 2_000_000n): Uint8Array => transferOf(alice, nonce++, to as Address, 0n, {data: bytes(data), gasLimit});
/** Traces transaction `index` of the newest block. */
async function trace(options: TraceOptions, index = 0): Promise<Trace> {
  return chain.backend.tracing!.transaction(chain.backend.head(), index, options);
}

beforeAll(async () => {
  nonce = 0n;
  chain = await newChain(alloc);
});

describe('callTracer', () => {
  it('shows every kind of frame, with the words of geth for what fails', async () => {
    await chain.produce([send(ORCHESTRA)]);
    const receipt = (await chain.backend.receipts(1n))![0]!;
    const top = await trace(calls);
    expect(top).toMatchObject({type: 'CALL', from: alice.address, to: ORCHESTRA, gas: '0x1e8480', gasUsed: `0x${receipt.gasUsed.toString(16)}`, input: '0x', value: '0x0'});
    expect(top).not.toHaveProperty('output');
    expect(top).not.toHaveProperty('error');
    const frames: Trace[] = top.calls;
    expect(frames.map(({type, to, error}) => [type, to, error])).toEqual([
      ['CALL', LEAF, undefined],
      ['DELEGATECALL', LEAF, undefined],
      ['STATICCALL', LEAF, 'write protection'],
      ['CALLCODE', LEAF, undefined],
      ['CALL', REVERTER, 'execution reverted'],
      ['CALL', BURNER, 'invalid opcode: INVALID'],
      ['CALL', DESTROYER, undefined],
      ['CALL', LOGGER, undefined],
      ['STATICCALL', IDENTITY, undefined],
      ['STATICCALL', GROTH16, expect.anything()],
    ]);
    for (const {from} of frames) expect(from).toBe(ORCHESTRA);
    expect(frames[2]).not.toHaveProperty('value');
    expect(frames[2].gasUsed).toBe(frames[2].gas);
    expect(frames[4]).toMatchObject({output: `0x${REASON}`, revertReason: 'no'});
    expect(frames[6].calls).toEqual([{from: DESTROYER, gas: '0x0', gasUsed: '0x0', to: bob.address, input: '0x', value: '0x5', type: 'SELFDESTRUCT'}]);
    expect(frames[7].logs).toEqual([{address: LOGGER, topics: [], data: `0x${'ff'.padStart(64, '0')}`, index: '0x0', position: '0x0'}]);
    expect(frames[8].gasUsed).toBe('0xf');
  });

  it('onlyTopCall leaves out all other frames and their logs', async () => {
    const top = await trace({...calls, tracer: {kind: 'call', onlyTopCall: true, withLog: true}});
    expect(top).not.toHaveProperty('calls');
    expect(top).not.toHaveProperty('logs');
    expect(top.type).toBe('CALL');
  });

  it('shows creations: what was made, and none where it failed', async () => {
    await chain.produce([send(CREATOR), send(undefined, Buffer.from(deployerOf('00')).toString('hex')), send(undefined, '5f5ffd')]);
    const {calls: frames} = await trace(calls, 0);
    expect(frames[0]).toMatchObject({type: 'CREATE', from: CREATOR, to: expect.stringMatching(/^0x[0-9a-f]{40}$/), input: '0x60fe60005260016000f3', output: '0x00', value: '0x0'});
    expect(frames[1]).toMatchObject({type: 'CREATE2', error: 'execution reverted'});
    expect(frames[1]).not.toHaveProperty('to');
    const created = (await chain.backend.receipts(2n))![1]!.contractAddress;
    expect(await trace(calls, 1)).toMatchObject({type: 'CREATE', from: alice.address, to: created, output: '0x00'});
    const failed = await trace(calls, 2);
    expect(failed).toMatchObject({type: 'CREATE', error: 'execution reverted'});
    expect(failed).not.toHaveProperty('to');
  });

  it('shows calls that never begin, and plain transfers', async () => {
    await chain.produce([send(RICH_CALLER), transferOf(alice, nonce++, bob.address, 7n)]);
    const {calls: frames} = await trace(calls, 0);
    expect(frames).toEqual([expect.objectContaining({type: 'CALL', to: LEAF, error: 'insufficient balance for transfer', gasUsed: '0x0', value: '0x1'})]);
    expect(await trace(calls, 1)).toEqual({from: alice.address, gas: '0x5208', gasUsed: '0x5208', to: bob.address, input: '0x', value: '0x7', type: 'CALL'});
    expect(await trace(struct, 1)).toEqual({gas: 21_000, failed: false, returnValue: '0x', structLogs: []});
  });

  it('a transaction that runs out of gas has used all of it', async () => {
    await chain.produce([send(LOOP, '', 30_000n)]);
    expect(await trace(calls)).toMatchObject({gas: '0x7530', gasUsed: '0x7530', error: 'out of gas'});
  });
});

describe('the struct logger', () => {
  it('shows each instruction, the storage as it becomes, and the STOP at the end of code', async () => {
    await chain.produce([send(LEAF)]);
    const slot0 = `0x${'0'.repeat(64)}`;
    const {structLogs, ...rest} = await trace(struct);
    expect(rest).toEqual({gas: expect.any(Number), failed: false, returnValue: '0x'});
    expect(structLogs.map(({pc, op, depth, stack, storage}: Trace) => [pc, op, depth, stack, storage])).toEqual([
      [0, 'PUSH1', 1, [], undefined],
      [2, 'PUSH1', 1, ['0x2a'], undefined],
      [4, 'SSTORE', 1, ['0x2a', '0x0'], {[slot0]: `0x${'2a'.padStart(64, '0')}`}],
      [5, 'STOP', 1, [], undefined],
    ]);
    for (let i = 1; i < structLogs.length; i++) expect(structLogs[i].gas).toBe(structLogs[i - 1].gas - structLogs[i - 1].gasCost);
    await chain.produce([send(ORCHESTRA)]);
    const {structLogs: deep} = await trace(struct);
    expect(deep.at(-1)).toMatchObject({op: 'STOP', depth: 1, gasCost: 0});
    // A call costs what its callee gets, too.
    const first = deep.findIndex(({op}: Trace) => op === 'CALL');
    expect(deep[first].gasCost).toBeGreaterThan(50_000);
    expect(deep[first + 1]).toMatchObject({depth: 2, gas: 50_000});
  });

  it('what is asked for is there, and nothing else', async () => {
    await chain.produce([send(LOGGER)]);
    const tracer = {...struct.tracer, enableMemory: true, disableStack: true} as TraceOptions['tracer'];
    const {structLogs} = await trace({...struct, tracer});
    expect(structLogs.at(-1)).toEqual({pc: 10, op: 'STOP', gas: expect.any(Number), gasCost: 0, depth: 1, memory: [`0x${'ff'.padStart(64, '0')}`]});
    expect(structLogs[0]).not.toHaveProperty('memory');
    const limited = await trace({...struct, tracer: {...struct.tracer, limit: 2} as TraceOptions['tracer']});
    expect(limited.structLogs).toHaveLength(2);
    expect(limited.failed).toBe(false);
  });

  it('an instruction that cannot be paid for says so', async () => {
    await chain.produce([send(LEAF, '', 22_000n)]);
    const {structLogs, failed, returnValue} = await trace(struct);
    expect([failed, returnValue]).toEqual([true, '0x']);
    expect(structLogs.at(-1)).toMatchObject({op: 'SSTORE', error: 'out of gas'});
    const last = async (code: string): Promise<Trace> => {
      const {structLogs: steps} = (await chain.backend.tracing!.call({to: at(77)}, chain.backend.head(), {...struct, gasLimitMax: 1_000_000n, stateOverrides: new Map([[at(77), {code: bytes(code)}]])})) as Trace;
      return steps.at(-1);
    };
    expect(await last('01')).toMatchObject({op: 'ADD', gasCost: 3, error: 'stack underflow'});
    expect(await last(`7f${'ff'.repeat(32)}51`)).toMatchObject({op: 'MLOAD', gasCost: 3, error: 'out of gas'});
    // Paid for, and then refused.
    expect(await last('600056')).not.toHaveProperty('error');
    expect(await last('0c')).toEqual({pc: 0, op: 'opcode 0xc not defined', gas: expect.any(Number), gasCost: 0, depth: 1, stack: []});
    await chain.produce([send(REVERTER)]);
    expect(await trace(struct)).toMatchObject({failed: true, returnValue: `0x${REASON}`});
  });
});

describe('prestateTracer', () => {
  it('shows what a transaction touched, as it was', async () => {
    await chain.produce([send(LEAF)]);
    const before = await trace(prestate(false));
    expect(before[alice.address]).toMatchObject({nonce: Number(nonce - 1n)});
    expect(before[LEAF]).toEqual({balance: '0x0', nonce: 1, code: '0x602a60005500', storage: {[`0x${'0'.repeat(64)}`]: `0x${'2a'.padStart(64, '0')}`}});
  });

  it('in diff mode shows what it changed', async () => {
    await chain.produce([transferOf(alice, nonce++, bob.address, 9n)]);
    const {pre, post} = await trace(prestate(true));
    expect(Object.keys(post).sort()).toEqual([...new Set([alice.address, bob.address, chain.backend.head().header.miner])].sort());
    expect(BigInt(post[bob.address].balance) - BigInt(pre[bob.address].balance)).toBe(9n);
    const receipt = (await chain.backend.receipts(chain.backend.head().header.number))![0]!;
    expect(BigInt(pre[alice.address].balance) - BigInt(post[alice.address].balance)).toBe(9n + receipt.gasUsed * receipt.effectiveGasPrice);
    expect([pre[alice.address].nonce, post[alice.address].nonce]).toEqual([Number(nonce - 1n), Number(nonce)]);
    await chain.produce([send(CREATOR)]);
    const made = await trace(prestate(true));
    const created = Object.keys(made.post).find((address) => made.post[address].code === '0x00');
    expect(made.post[created!]).toMatchObject({nonce: 1});
    expect(made.pre).not.toHaveProperty(created!);
  });
});

describe('the other tracers, blocks and calls', () => {
  it('4byteTracer counts selectors, noopTracer nothing', async () => {
    await chain.produce([send(LOGGER, 'a9059cbb0102')]);
    expect(await trace({tracer: {kind: '4byte'}, timeoutMs: 60_000})).toEqual({'0xa9059cbb-2': 1});
    expect(await trace({tracer: {kind: 'noop'}, timeoutMs: 60_000})).toEqual({});
  });

  it('a block’s transactions see those before them, and their traces agree with the receipts', async () => {
    await chain.produce([send(LOGGER), send(ORCHESTRA), send(LEAF), transferOf(alice, nonce++, bob.address, 1n)]);
    const {header} = chain.backend.head();
    const receipts = (await chain.backend.receipts(header.number))!;
    const traces = (await chain.backend.tracing!.block(chain.backend.head(), calls)) as Trace[];
    expect(traces.map(({txHash, result}) => [txHash, BigInt(result.gasUsed)])).toEqual(receipts.map(({transactionHash, gasUsed}) => [transactionHash, gasUsed]));
    expect(traces[1].result.calls[7].logs[0].index).toBe('0x1');
    // What came later changes nothing of it.
    const block = chain.backend.head();
    await chain.produce([send(LEAF)]);
    expect(await chain.backend.tracing!.block(block, calls)).toEqual(traces);
  });

  it('calls take overrides of state and block, and stand behind as many transactions as they say', async () => {
    const tracing = chain.backend.tracing!;
    const options = {...struct, gasLimitMax: 50_000_000n};
    const overridden = (await tracing.call({to: at(77)}, chain.backend.head(), {
      ...options,
      stateOverrides: new Map([[at(77), {code: bytes('4360005260206000f3')}]]),
      blockOverrides: {number: 99n},
    })) as Trace;
    expect(overridden.returnValue).toBe(`0x${'63'.padStart(64, '0')}`);
    await chain.produce([transferOf(alice, nonce++, at(78), 5n), transferOf(alice, nonce++, at(78), 6n)]);
    const balance = {to: at(77), data: bytes('')};
    const code = bytes(`73${raw(at(78))}3160005260206000f3`);
    const seen = async (transactionIndex?: number): Promise<bigint> =>
      BigInt(((await tracing.call(balance, chain.backend.head(), {...options, stateOverrides: new Map([[at(77), {code}]]), ...(transactionIndex === undefined ? {} : {transactionIndex})})) as Trace).returnValue);
    expect([await seen(0), await seen(1), await seen()]).toEqual([0n, 5n, 11n]);
    await expect(tracing.call({from: bob.address, to: at(77), value: 10n * ETHER, gasPrice: 10n * GWEI}, chain.backend.head(), options)).rejects.toMatchObject({
      code: 'call-rejected',
      message: expect.stringContaining('tracing failed: insufficient funds for gas * price + value'),
    });
  });
});

describe('what is refused', () => {
  it('genesis, and blocks whose parent’s state is pruned', async () => {
    const tracing = chain.backend.tracing!;
    await expect(tracing.block((await chain.backend.blockByNumber(0n))!, calls)).rejects.toMatchObject({message: 'genesis is not traceable'});
    const pruned = await newChain(alloc, {historyBlocks: 2n});
    for (let i = 0; i < 6; i++) await pruned.produce([transferOf(alice, BigInt(i), bob.address, 1n)]);
    await expect(pruned.backend.tracing!.block((await pruned.backend.blockByNumber(2n))!, calls)).rejects.toMatchObject({code: 'state-unavailable', message: 'required historical state unavailable: block 1'});
    expect(await pruned.backend.tracing!.block((await pruned.backend.blockByNumber(6n))!, calls)).toHaveLength(1);
    expect(pruned.backend.oldest()).toEqual({state: 4n, bodies: 0n, stateWindow: 2n});
  });

  it('a trace that takes too long is ended; the next is served', async () => {
    let now = 0;
    const budget = new TraceBudget(() => now);
    budget.start(5);
    expect(() => {
      for (now = 0; now < 10_000; now++) budget.tick();
    }).toThrow(expect.objectContaining({code: 'call-aborted', message: 'execution timeout'}));
    await expect(chain.backend.tracing!.call({to: LOOP}, chain.backend.head(), {...struct, timeoutMs: 0, gasLimitMax: 30_000_000n})).rejects.toMatchObject({message: 'execution timeout'});
    expect(await chain.backend.tracing!.call({to: LEAF}, chain.backend.head(), {...calls, gasLimitMax: 30_000_000n})).toMatchObject({type: 'CALL'});
  });

  it('this holds for every tracer, without calls or instructions that it looks at, and for the transactions before', async () => {
    let now = 0;
    let step = 0;
    const slow = await newChain(alloc, {now: () => (now += step)});
    const tracers: TraceOptions['tracer'][] = [calls.tracer, {kind: 'call', onlyTopCall: true, withLog: false}, prestate(false).tracer, struct.tracer, {kind: '4byte'}, {kind: 'noop'}];
    const trace = (tracer: TraceOptions['tracer'], code: string) =>
      slow.backend.tracing!.call({to: at(77)}, slow.backend.head(), {tracer, timeoutMs: 5, gasLimitMax: 400_000n, stateOverrides: new Map([[at(77), {code: bytes(code)}]])});
    for (const tracer of tracers) {
      step = 1;
      for (const code of ['5b5f56', '5f50'.repeat(12_000 * 5)]) await expect(trace(tracer, code)).rejects.toMatchObject({code: 'call-aborted', message: 'execution timeout'});
      step = 0;
      expect(await trace(tracer, '5b5f56')).toBeDefined();
    }
    const transaction = (index: number, to: Address, gasLimit: bigint): Uint8Array => transferOf(alice, BigInt(index), to, 0n, {gasLimit});
    await slow.produce([transaction(0, LOOP, 400_000n), transaction(1, LEAF, 100_000n)]);
    step = 1;
    const second = (timeoutMs: number) => slow.backend.tracing!.transaction(slow.backend.head(), 1, {...calls, timeoutMs});
    await expect(second(5)).rejects.toMatchObject({message: 'execution timeout'});
    expect(await second(60_000)).toMatchObject({type: 'CALL', to: LEAF});
  });

  it('steps and items of the stack count for the memory that they take', () => {
    const budget = new TraceBudget(() => 0, 200 + 2 * 40);
    const logger = new StructLogger(struct.tracer as never, {} as never, budget);
    const item = {pc: 0, op: 0x5f, gas: 1n, cost: 1n, depth: 1, refund: 0n, address: LEAF, stackItem: () => 0n, memory: new Uint8Array(0), returnData: new Uint8Array(0)};
    logger.step({...item, stackLength: 2});
    expect(() => logger.step({...item, stackLength: 0})).toThrow(expect.objectContaining({code: 'limit-exceeded'}));
    expect(() => new StructLogger(struct.tracer as never, {} as never, new TraceBudget(() => 0, 200 + 2 * 40)).step({...item, stackLength: 3})).toThrow(expect.objectContaining({code: 'limit-exceeded'}));
  });

  it('a trace that grows too large is ended', () => {
    const budget = new TraceBudget(() => 0, 100);
    budget.spend(100);
    expect(() => budget.spend(1)).toThrow(expect.objectContaining({code: 'limit-exceeded'}));
  });

  it('an unwatched run goes its usual way after a watched one', async () => {
    expect(CHAIN_ID).toBe(72590n);
    const before = await chain.backend.call({to: ORCHESTRA}, chain.backend.head().header.number, {gasLimitMax: 30_000_000n});
    await trace(struct);
    expect(await chain.backend.call({to: ORCHESTRA}, chain.backend.head().header.number, {gasLimitMax: 30_000_000n})).toEqual(before);
  });
});
