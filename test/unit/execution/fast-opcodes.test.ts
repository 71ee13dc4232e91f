/** The replaced handlers and loop against those of @ethereumjs/evm, on programs that a seed makes: same gas, same results. */
import {createCustomCommon, Mainnet} from '@ethereumjs/common';
import {describe, expect, it} from '@jest/globals';
import {createEvm, customCrypto} from '#precompiles/evm';
import {bytesToHex, EMPTY, hexToBytes} from '../../../node/execution/hex.ts';
import {createEthereumjsFactory} from '../../../node/execution/ethereumjs/engine.ts';
import {WarmJournal} from '../../../node/execution/ethereumjs/journal.ts';
import {OverlayStateManager, toEvmAddress} from '../../../node/execution/ethereumjs/state-manager.ts';
import {readWord, wordToHash, writeWord} from '../../../node/execution/words.ts';
import {StateOverlay} from '../../../node/execution/state/overlay.ts';
import {EMPTY_ROOT_HASH} from '../../../node/execution/state/types.ts';
import type {Address, Hash} from '../../../node/execution/types.ts';

const CALLER: Address = `0x${'0c'.repeat(20)}`;
const CONTRACT: Address = `0x${'0d'.repeat(20)}`;
const CODE_HASH: Hash = `0x${'0e'.repeat(32)}`;
const PROGRAMS = 300;

/** mulberry32: the same programs at every run. */
function random(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const push1 = (value: number): number[] => [0x60, value];
const push32 = (draw: (below: number) => number): number[] => [0x7f, ...Array.from({length: 32}, () => draw(256))];

/** Snippets that need no more than they push; some leave words behind. */
function program(seed: number): Uint8Array {
  const draw = random(seed);
  const small = (): number[] => push1(draw(4));
  const offset = (): number[] => (draw(12) === 0 ? [0x61, draw(256), draw(256)] : push1(draw(200)));
  const word = (): number[] => [push1(draw(256)), push32(draw), small(), [0x5f]][draw(4)]!;
  const snippets: (() => number[])[] = [
    () => [...word(), ...offset(), 0x52],
    () => [...word(), ...offset(), 0x53],
    () => [...offset(), 0x51],
    () => [...push1(draw(100)), ...offset(), 0x20],
    () => [...small(), 0x54],
    () => [...word(), ...small(), 0x55],
    () => [0x5f, ...small(), 0x55],
    () => {
      const topics = draw(5);
      return [...Array.from({length: topics}, word).flat(), ...push1(draw(80)), ...offset(), 0xa0 + topics];
    },
    // A jump over one INVALID, in either form.
    () => [0x60, 0x04, 0x58, 0x01, 0x56, 0xfe, 0x5b],
    () => [0x5a, 0x50],
    // A call to itself with little gas, most of it kept.
    () => [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x61, draw(16), draw(256), 0xf1],
    () => [0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x61, draw(16), draw(256), 0xfa],
  ];
  const code: number[] = [];
  for (let i = 0, length = 5 + draw(30); i < length; i++) code.push(...snippets[draw(snippets.length)]!());
  const endings = [[], [...push1(64), 0x5f, 0xf3], [...push1(64), 0x5f, 0xfd], [0xfe], [0x50, 0x50, 0x50], [0x01], [0x56]];
  return Uint8Array.from([...code, ...endings[draw(endings.length)]!]);
}

function stateOf(code: Uint8Array): StateOverlay {
  const account = (address: Address) =>
    address === CONTRACT
      ? {nonce: 1n, balance: 5n, codeHash: CODE_HASH, storageRoot: `0x${'11'.repeat(32)}` as Hash}
      : address === CALLER
        ? {nonce: 1n, balance: 1_000n, codeHash: `0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470` as Hash, storageRoot: EMPTY_ROOT_HASH}
        : undefined;
  // Slot 1 and 3 hold something from before.
  const slot = (address: Address, key: Hash): Uint8Array => (address === CONTRACT && /[13]$/.test(key) ? Uint8Array.of(7) : EMPTY);
  return new StateOverlay({account, slot, codeOf: (hash) => (hash === CODE_HASH ? code : EMPTY)});
}

interface Seen {
  readonly gasUsed: bigint;
  readonly refund: bigint;
  readonly returned: string;
  readonly failed: boolean;
  readonly logs: unknown;
  readonly slots: string[];
}

const slotsOf = (state: StateOverlay): string[] => [0n, 1n, 2n, 3n].map((key) => bytesToHex(state.slot(CONTRACT, wordToHash(key))));

const block = {
  number: 1n,
  timestamp: 1n,
  miner: CALLER,
  gasLimit: 30_000_000n,
  baseFeePerGas: 7n,
  difficulty: 0n,
  prevRandao: EMPTY_ROOT_HASH,
  blobBaseFee: 1n,
  blockHash: () => EMPTY_ROOT_HASH,
};

async function machines(): Promise<{ours(code: Uint8Array, gas: bigint): Promise<Seen>; stock(code: Uint8Array, gas: bigint): Promise<Seen>}> {
  const engine = await (await createEthereumjsFactory({chainId: 1n, hardfork: 'osaka', precompiles: false, isReference: true, yieldTurn: async () => {}}))();
  const common = createCustomCommon({chainId: 1}, Mainnet, {hardfork: 'osaka', customCrypto: await customCrypto()});
  const states = new OverlayStateManager();
  const evm = await createEvm({common, stateManager: states, saps: []});
  const journal = WarmJournal.install(evm, states);
  return {
    async ours(code, gas) {
      const state = stateOf(code);
      const frame = {caller: CALLER, to: CONTRACT, value: 0n, data: EMPTY, gas, gasPrice: 9n, warmAddresses: [CALLER, CONTRACT], warmSlots: [], blobVersionedHashes: []};
      const {gasUsed, refund, returnData, status, logs} = await engine.run(frame, block, state);
      return {gasUsed, refund, returned: bytesToHex(returnData), failed: status !== 'success', logs: logs.map(({address, topics, data}) => [address, topics, bytesToHex(data)]), slots: slotsOf(state)};
    },
    async stock(code, gas) {
      const state = stateOf(code);
      states.overlay = state;
      journal.cleanJournal();
      for (const address of [CALLER, CONTRACT]) journal.addAlwaysWarmAddress(address);
      const {execResult} = await evm.runCall({caller: toEvmAddress(CALLER), to: toEvmAddress(CONTRACT), gasLimit: gas, gasPrice: 9n, skipNonceIncrement: true});
      const failed = execResult.exceptionError !== undefined;
      const logs = failed ? [] : (execResult.logs ?? []).map(([address, topics, data]) => [bytesToHex(address), topics.map(bytesToHex), bytesToHex(data)]);
      return {gasUsed: execResult.executionGasUsed, refund: failed ? 0n : (execResult.gasRefund ?? 0n), returned: bytesToHex(execResult.returnValue), failed, logs, slots: slotsOf(state)};
    },
  };
}

describe('replaced opcodes', () => {
  it(`do what those of @ethereumjs/evm do, in ${PROGRAMS} programs with plenty of gas and with too little`, async () => {
    const {ours, stock} = await machines();
    let succeeded = 0;
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const code = program(seed);
      const whole = await stock(code, 1_000_000n);
      if (!whole.failed) succeeded++;
      expect({seed, ...(await ours(code, 1_000_000n))}).toEqual({seed, ...whole});
      const scarce = whole.gasUsed - BigInt(1 + (seed % 2_500));
      if (scarce > 0n) expect({seed, ...(await ours(code, scarce))}).toEqual({seed, ...(await stock(code, scarce))});
    }
    expect(succeeded).toBeGreaterThan(PROGRAMS / 4);
  });
});

describe('words', () => {
  it.each([0n, 1n, 0xffffn, (1n << 64n) - 1n, 1n << 64n, (1n << 128n) + 5n, 1n << 255n, (1n << 256n) - 1n])('%s goes to memory and back', (value) => {
    const memory = new Uint8Array(48).fill(0xaa);
    const view = new DataView(memory.buffer);
    writeWord(view, 7, value);
    expect(bytesToHex(memory.subarray(7, 39))).toBe(wordToHash(value));
    expect(readWord(view, 7)).toBe(value);
    expect([memory[6], memory[39]]).toEqual([0xaa, 0xaa]);
    expect(hexToBytes(wordToHash(value))).toHaveLength(32);
  });
});
