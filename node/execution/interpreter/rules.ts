import {hasReached} from '../rules.ts';
import type {Hardfork} from '../rules.ts';
import {SSTORE_CLEAR_REFUND, SSTORE_CLEAR_REFUND_BERLIN} from './gas.ts';

/** What of the rules the instructions differ by. */
export interface InterpreterRules {
  /** EIP-3529, 3541. */
  readonly isLondon: boolean;
  /** EIP-4399. */
  readonly isMerge: boolean;
  /** EIP-3860. */
  readonly isShanghai: boolean;
  /** EIP-6780. */
  readonly isCancun: boolean;
  /** EIP-7702. */
  readonly isPrague: boolean;
  readonly clearRefund: number;
  /** 1 for each opcode that there is. */
  readonly opcodes: Uint8Array;
  /** Of instructions whose price is always the same; 0 for the others, which add theirs themselves. */
  readonly constantGas: Uint16Array;
}

/** Prices that are the same for whole ranges of opcodes. */
const CONSTANT_GAS: readonly (readonly [price: number, ...opcodes: (number | readonly [number, number])[]])[] = [
  [1, 0x5b],
  [2, 0x30, [0x32, 0x34], 0x36, 0x38, 0x3a, 0x3d, [0x41, 0x46], 0x48, 0x4a, 0x50, [0x58, 0x5a], 0x5f],
  [3, 0x01, 0x03, [0x10, 0x1d], 0x35, 0x49, [0x60, 0x7f], [0x80, 0x8f], [0x90, 0x9f]],
  [5, 0x02, [0x04, 0x07], 0x0b, 0x1e, 0x47],
  [8, [0x08, 0x09], 0x56],
  [10, 0x57],
  [20, 0x40],
  [100, 0x5c, 0x5d],
];

/** Opcodes of Berlin without a constant price. */
const OTHER_OPCODES: readonly (number | readonly [number, number])[] = [
  0x00, 0x0a, 0x20, 0x31, 0x37, 0x39, 0x3b, 0x3c, 0x3e, 0x3f, [0x51, 0x55], 0x5e, [0xa0, 0xa4], [0xf0, 0xf5], 0xfa, 0xfd, 0xff,
];

/** Opcodes that came after Berlin. */
const SINCE: readonly (readonly [Hardfork, ...number[]])[] = [
  ['london', 0x48],
  ['shanghai', 0x5f],
  ['cancun', 0x49, 0x4a, 0x5c, 0x5d, 0x5e],
  ['osaka', 0x1e],
];

/** undefined before Berlin, whose prices these instructions have. */
export function interpreterRules(hardfork: Hardfork): InterpreterRules | undefined {
  if (!hasReached(hardfork, 'berlin')) return undefined;
  const constantGas = new Uint16Array(256);
  const opcodes = new Uint8Array(256);
  for (const [price, ...ranges] of CONSTANT_GAS) {
    for (const opcode of ranges.flatMap(eachOf)) {
      constantGas[opcode] = price;
      opcodes[opcode] = 1;
    }
  }
  for (const opcode of OTHER_OPCODES.flatMap(eachOf)) opcodes[opcode] = 1;
  for (const [since, ...added] of SINCE) {
    if (hasReached(hardfork, since)) continue;
    for (const opcode of added) opcodes[opcode] = constantGas[opcode] = 0;
  }
  const isLondon = hasReached(hardfork, 'london');
  return {
    isLondon,
    isMerge: hasReached(hardfork, 'paris'),
    isShanghai: hasReached(hardfork, 'shanghai'),
    isCancun: hasReached(hardfork, 'cancun'),
    isPrague: hasReached(hardfork, 'prague'),
    clearRefund: isLondon ? SSTORE_CLEAR_REFUND : SSTORE_CLEAR_REFUND_BERLIN,
    opcodes,
    constantGas,
  };
}

function eachOf(range: number | readonly [number, number]): number[] {
  if (typeof range === 'number') return [range];
  const [first, last] = range;
  return Array.from({length: last - first + 1}, (_, i) => first + i);
}
