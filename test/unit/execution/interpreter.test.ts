/** What is replaced inside the interpreter of @ethereumjs/evm: it must stay fast on hostile code, and mean the same. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import type {Address} from '#node/execution';
import {AnalysisCache} from '../../../node/execution/ethereumjs/jump-analysis.ts';
import type {OpcodeEntry} from '../../../node/execution/ethereumjs/opcodes.ts';
import {JUMP_ANALYSIS_CODE_BYTES_MAX} from '../../../node/execution/limits.ts';
import {bytes, newChain} from './support.ts';
import type {TestChain} from './support.ts';

const opcodes = Array.from({length: 256}, (): OpcodeEntry => ({opcodeInfo: {isAsync: false, dynamicGas: false, isInvalid: false, feeBigInt: 1n}, opHandler: () => undefined}));
const target: Address = `0x${'0a'.repeat(20)}`;
const other: Address = `0x${'0b'.repeat(20)}`;
const GAS_MAX = 50_000_000n;

describe('jump analysis', () => {
  it('is done once for a code, whoever calls it', () => {
    const cache = new AnalysisCache(opcodes);
    const code = bytes('6004565b5b00');
    expect(cache.of(code)).toBe(cache.of(code));
    expect([...cache.of(code).jumps]).toEqual([0, 0, 0, 1, 1, 0]);
  });

  it('takes no jump destination from the data of a PUSH', () => {
    expect([...new AnalysisCache(opcodes).of(bytes('615b5b5b7f5b')).jumps]).toEqual([0, 0, 0, 1, 0, 0]);
  });

  it('keeps a bounded amount, the last used', () => {
    const cache = new AnalysisCache(opcodes);
    const codes = Array.from({length: 5}, () => new Uint8Array(JUMP_ANALYSIS_CODE_BYTES_MAX / 4));
    const first = cache.of(codes[0]!);
    const second = cache.of(codes[1]!);
    cache.of(codes[2]!);
    cache.of(codes[3]!);
    expect(cache.of(codes[0]!)).toBe(first);
    cache.of(codes[4]!);
    expect(cache.of(codes[0]!)).toBe(first);
    expect(cache.of(codes[1]!)).not.toBe(second);
  });
});

describe('the interpreter', () => {
  let chain: TestChain;
  beforeAll(async () => {
    chain = await newChain({});
    await chain.produce([]);
  });
  const run = (code: string, gas = GAS_MAX, otherCode = '') =>
    chain.backend.call({to: target, gas}, 1n, {
      gasLimitMax: GAS_MAX,
      stateOverrides: new Map([
        [target, {code: bytes(code)}],
        [other, {code: bytes(otherCode)}],
      ]),
    });

  it('pushes the same values before and after the first jump, short and long ones', async () => {
    for (let size = 1; size <= 32; size++) {
      const push = `${(0x5f + size).toString(16)}${'c3'.repeat(size)}`;
      const value = bytes('c3'.repeat(size).padStart(64, '0'));
      expect(await run(`${push}5f5260205ff3`)).toMatchObject({status: 'success', returnData: value});
      expect(await run(`6003565b${push}5f5260205ff3`)).toMatchObject({status: 'success', returnData: value});
    }
  });

  it('reads a PUSH in a loop each time, and one that the code ends in', async () => {
    // i = 3; do { mem[0] += 0x0102; i -= 1 } while (i != 0)
    expect(await run('60035b610102' + '5f51015f52' + '60019003' + '806002575060205ff3')).toMatchObject({status: 'success', returnData: bytes('0306'.padStart(64, '0'))});
    expect(await run('6003565b62c3')).toMatchObject({status: 'success', gasUsed: 21_000n + 3n + 8n + 1n + 3n});
  });

  it('refuses a jump into the data of a PUSH', async () => {
    expect(await run('600456605b00')).toMatchObject({status: 'failure', error: 'invalid jump destination'});
  });

  /** How often other work had a turn during `work`. */
  async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
    let turns = 0;
    let isOver = false;
    const beside = (): void => {
      turns++;
      if (!isOver) setImmediate(beside);
    };
    setImmediate(beside);
    await work();
    isOver = true;
    return turns;
  }

  it('lets other work have a turn in a recursion without any jump', async () => {
    // CALL(gas, address(this), 0, 0, 0, 0, 0), again and again.
    const recursion = '5f5f5f5f5f305af150'.repeat(40);
    expect(await turnsDuring(() => run(recursion, 300_000n))).toBeGreaterThanOrEqual(5);
  });

  it('lets other work have a turn in long code without jumps, counted by gas over all frames', async () => {
    // PUSH0, POP: 5 gas for two instructions; 24,000 of them in each frame.
    const straight = '5f50'.repeat(12_000);
    const call = `5f5f5f5f5f73${other.slice(2)}5af150`;
    expect(await turnsDuring(() => run(`${call.repeat(3)}${straight}`, GAS_MAX, straight))).toBeGreaterThanOrEqual(4);
    // Each frame is short of a turn by itself.
    expect(await turnsDuring(() => run(call.repeat(10), GAS_MAX, '5f50'.repeat(5_000)))).toBeGreaterThanOrEqual(5);
    // KECCAK256 of 256 kB at 49,158 gas, many times.
    expect(await turnsDuring(() => run('620400005f2050'.repeat(100)))).toBeGreaterThanOrEqual(10);
    // SLOAD of a cold slot at 2,100 gas.
    const cold = Array.from({length: 1_000}, (_, slot) => `61${slot.toString(16).padStart(4, '0')}5450`).join('');
    expect(await turnsDuring(() => run(cold))).toBeGreaterThanOrEqual(5);
  });

  it('takes no gas and changes no result for that', async () => {
    const straight = `602a${'5f50'.repeat(12_000)}5f5260205ff3`;
    expect(await run(straight)).toMatchObject({status: 'success', returnData: bytes('2a'.padStart(64, '0')), gasUsed: 21_000n + 3n + 12_000n * 4n + 2n + 6n + 3n + 2n});
  });

  it('lets other work have a turn in a loop over a contract with much code', async () => {
    const caller = `5b5f5f5f5f5f73${other.slice(2)}613000f1505f56`;
    const large = `6004565b5b00${'60'.repeat(24_570)}`;
    expect(await turnsDuring(async () => expect(await run(caller, 200_000n, large)).toMatchObject({status: 'failure', error: 'out of gas'}))).toBeGreaterThanOrEqual(4);
  });
});
