/** The limit of work of a block: what precompiles add to the gas, who has to wait, who fails, and that a block of the worst keeps to it. */
import {describe, expect, it} from '@jest/globals';
import {bytesToHex} from '#node/execution';
import type {Address, Hex} from '#node/execution';
import {PRECOMPILE_WORK} from '../../../node/execution/precompile-work.ts';
import {TRANSACTION_GAS_MAX} from '../../../node/execution/limits.ts';
import {blockWorkMax, TRANSACTION_ADDED_WORK_MAX, WorkExceededError, WorkMeter} from '../../../node/execution/work.ts';
import {assemble, times} from '../../bench/gas/assembler.ts';
import {opcodeShapes} from '../../bench/gas/opcode-shapes.ts';
import {precompileShapes} from '../../bench/gas/precompile-shapes.ts';
import {initPrecompiles} from '#precompiles';
import {ETHER, newChain, signerOf, transferOf} from './support.ts';
import type {GenesisAlloc} from './support.ts';

const KZG: Address = `0x${'00'.repeat(19)}0a`;
const KZG_ADDED = 200_000n;
const kzgCall = {address: KZG, input: new Uint8Array(192), gas: 50_000};

describe('a meter of work', () => {
  it('counts gas, and what precompiles add to it', () => {
    const meter = new WorkMeter(10_000_000n);
    expect(meter.begin(1_000_000n)).toBe(true);
    meter.take(kzgCall);
    meter.take({...kzgCall, address: `0x${'00'.repeat(19)}04`});
    meter.end(60_000n);
    expect(meter.left).toBe(10_000_000n - 60_000n - KZG_ADDED);
  });

  it('adds nothing for a call that cannot pay the precompile', () => {
    const meter = new WorkMeter(10_000_000n);
    meter.begin(1_000_000n);
    meter.take({...kzgCall, gas: 49_999});
    meter.end(0n);
    expect(meter.left).toBe(10_000_000n);
  });

  it('has no room for a transaction whose gas does not fit; what has begun may go beyond, and nothing begins after it', () => {
    const meter = new WorkMeter(1_000_000n);
    expect(meter.begin(1_000_001n)).toBe(false);
    expect(meter.begin(700_000n)).toBe(true);
    for (let calls = 0; calls < 4; calls++) meter.take(kzgCall);
    meter.end(700_000n);
    expect(meter.left).toBe(1_000_000n - 700_000n - 4n * KZG_ADDED);
    expect(meter.begin(21_000n)).toBe(false);
  });

  it('takes no more of a transaction than any may add, wherever it stands', () => {
    for (const max of [blockWorkMax(30_000_000n), TRANSACTION_GAS_MAX]) {
      const meter = new WorkMeter(max);
      expect(meter.begin(TRANSACTION_GAS_MAX)).toBe(true);
      for (let added = KZG_ADDED; added <= TRANSACTION_ADDED_WORK_MAX; added += KZG_ADDED) meter.take(kzgCall);
      expect(() => meter.take(kzgCall)).toThrow(new WorkExceededError());
    }
  });

  it('finds a price and work for any input', () => {
    for (const {price, added} of PRECOMPILE_WORK.values()) {
      for (const length of [0, 1, 96, 97, 192, 10_000]) {
        const input = new Uint8Array(length).fill(0xff);
        expect(price(input)).toBeGreaterThanOrEqual(0);
        expect(added(input)).toBeGreaterThanOrEqual(0);
        expect(Number.isSafeInteger(added(input))).toBe(true);
      }
    }
  });
});

const sender = signerOf(1);
const other = signerOf(2);
const HEAVY: Address = `0x${'aa'.repeat(20)}`;
const HOPELESS: Address = `0x${'ab'.repeat(20)}`;
/** So many calls that are refused by their versioned hash after they were counted: work on paper, and none for the test. */
const kzgCalls = (count: number): Hex => bytesToHex(assemble(`${times(count, '0 0 192 0 10 50000 STATICCALL POP')} 1 1 SSTORE`));
const alloc: GenesisAlloc = {
  [sender.address]: {balance: (100n * ETHER).toString()},
  [other.address]: {balance: (100n * ETHER).toString()},
  [HEAVY]: {balance: '0', code: kzgCalls(95)},
  [HOPELESS]: {balance: '0', code: kzgCalls(110)},
};
const GAS = 13_000_000n;

describe('a block with a limit of work', () => {
  it('leaves out what has no room any more, before it costs anything; it stands in the next block', async () => {
    const chain = await newChain(alloc);
    const heavy = (from: typeof sender, nonce: bigint): Uint8Array => transferOf(from, nonce, HEAVY, 0n, {gasLimit: GAS});
    const results = await chain.produce([heavy(sender, 0n), heavy(sender, 1n), heavy(other, 0n), transferOf(sender, 2n, other.address, 1n)]);
    expect(results.map(({code}) => code)).toEqual([0, 0, 2, 0]);
    expect(results[2]).toMatchObject({gasUsed: 0n, log: 'block work limit reached'});
    expect(chain.latest.nonce(other.address)).toBe(0n);
    expect(chain.latest.nonce(sender.address)).toBe(3n);
    expect((await chain.produce([heavy(other, 0n)])).map(({code}) => code)).toEqual([0]);
    await chain.close();
  });

  it('has every transaction that begins pay for itself: behind a cheap one, a heavy one is not broken off for nothing', async () => {
    const chain = await newChain(alloc);
    const before = chain.latest.balance(other.address);
    const hopeless = transferOf(other, 0n, HOPELESS, 0n, {gasLimit: GAS});
    const results = await chain.produce([transferOf(sender, 0n, HEAVY, 0n, {gasLimit: 30_000n}), hopeless, transferOf(sender, 1n, HEAVY, 0n, {gasLimit: GAS})]);
    expect(results.map(({code}) => code)).toEqual([1, 1, 0]);
    expect(results[1]).toMatchObject({gasUsed: GAS, log: 'transaction work limit reached'});
    expect(chain.latest.nonce(other.address)).toBe(1n);
    expect(before - chain.latest.balance(other.address)).toBeGreaterThanOrEqual(GAS * 1_000_000_000n);
    await chain.close();
  });

  it('fails a transaction that no block has room for: it takes its gas, changes nothing else, and a trace says the same', async () => {
    const chain = await newChain(alloc);
    const before = chain.latest.balance(sender.address);
    const [result] = await chain.produce([transferOf(sender, 0n, HOPELESS, 5n, {gasLimit: GAS})]);
    expect(result).toMatchObject({code: 1, gasUsed: GAS, log: 'transaction work limit reached'});
    expect(chain.latest.nonce(sender.address)).toBe(1n);
    expect(chain.latest.balance(HOPELESS)).toBe(0n);
    expect(chain.latest.storage(HOPELESS, `0x${'00'.repeat(31)}01`)).toEqual(new Uint8Array(32));
    // An eighth below the base fee of genesis, and the tip.
    expect(before - chain.latest.balance(sender.address)).toBe(GAS * 1_875_000_000n);
    const options = {tracer: {kind: 'call', onlyTopCall: false, withLog: false}, timeoutMs: 60_000} as const;
    expect(await chain.backend.tracing!.transaction(chain.backend.head(), 0, options)).toMatchObject({error: 'transaction work limit reached'});
    // A call is not of a block.
    expect(await chain.backend.call({to: HOPELESS, gas: 15_000_000n}, 1n, {gasLimitMax: 50_000_000n})).toMatchObject({status: 'success'});
    await chain.close();
  });

  it('executes the worst shapes and keeps to its limit, while others have their turns', async () => {
    await initPrecompiles();
    const worst = /^(KECCAK256 in a chain|MLOAD|EXP, 32 bytes|SDIV|CALL, itself to the greatest depth|CALL, reverts|CREATE, 48 kB that jumps|SSTORE, new slots|0x0a KZG opening|0x0f BLS12 pairing, 1|0x0c BLS12 G1 msm, 1|0x100 P256 verify)$/;
    const shapes = [...opcodeShapes(), ...precompileShapes()].filter(({name}) => worst.test(name));
    expect(shapes).toHaveLength(12);
    const contracts = shapes.map((_, i): Address => `0x${(0xb000 + i).toString(16).padStart(40, '0')}`);
    const accounts: GenesisAlloc = Object.fromEntries([
      ...shapes.flatMap(({accounts: placed = []}) => placed.map(({address, code}) => [address, {balance: '0', ...(code !== undefined && {code: bytesToHex(code)})}] as const)),
      ...shapes.map(({code}, i) => [contracts[i]!, {balance: '0', code: bytesToHex(code)}] as const),
    ]);
    const chain = await newChain({...alloc, ...accounts});
    let turns = 0;
    let isOver = false;
    const beside = (): void => {
      turns++;
      if (!isOver) setImmediate(beside);
    };
    setImmediate(beside);
    const gasLimit = 700_000n;
    const produced = chain.produce(contracts.map((to, i) => transferOf(sender, BigInt(i), to, 0n, {gasLimit})));
    // It answers in the midst of it.
    expect(await chain.backend.call({to: contracts[1]!, gas: 30_000n}, 0n, {gasLimitMax: 50_000_000n})).toMatchObject({status: 'failure', error: 'out of gas'});
    const results = await produced;
    isOver = true;
    // All ran until their gas was gone and nobody was left out: the work of the block is below its limit.
    expect(results.map(({code, gasUsed}) => [code, gasUsed])).toEqual(contracts.map(() => [1, gasLimit]));
    expect(turns).toBeGreaterThan(50);
    await chain.close();
  });
});
