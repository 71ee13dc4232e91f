import {poseidon} from '#precompiles';
import type {Address} from './types.ts';

interface PrecompileWork {
  /** At most what it costs: a call with less gas is refused at once and does no work. */
  price(input: Uint8Array): number;
  /** Work beyond the price, in gas of 33 ns. */
  added(input: Uint8Array): number;
}

const constant = (price: number, added: number): PrecompileWork => ({price: () => price, added: () => added});
/** Of groups of so many bytes. */
const perGroup = (bytes: number, price: readonly [base: number, each: number], added: readonly [base: number, each: number]): PrecompileWork => {
  const linear = ([base, each]: readonly [number, number], input: Uint8Array): number => base + each * Math.ceil(input.length / bytes);
  return {price: (input) => linear(price, input), added: (input) => linear(added, input)};
};
const at = (address: number): Address => `0x${address.toString(16).padStart(40, '0')}`;

const MODEXP_HEAD_BYTES = 96;
/** Bytes of the numbers that EIP-7883 prices lowest. */
const MODEXP_SHORT_BYTES = 32;
const MODEXP_PRICE_MIN = 500;
const MODEXP_ADDED_PER_BYTE = 160;

/**
 * Precompiles whose price (EIPs 196, 197, 1108, 2537, 4844, 7883, 7951) is below the work that this implementation has with them, by
 * `npm run bench -- gas`. Changing a figure changes what a block may hold, so it is a fork of the chain.
 */
export const PRECOMPILE_WORK: ReadonlyMap<Address, PrecompileWork> = new Map([
  [at(0x01), constant(3_000, 1_500)],
  [at(0x05), {price: () => MODEXP_PRICE_MIN, added: modexpAdded}],
  [at(0x06), constant(150, 120)],
  [at(0x07), constant(6_000, 2_700)],
  [at(0x08), perGroup(192, [45_000, 34_000], [35_000, 16_000])],
  [at(0x09), constant(0, 40)],
  [at(0x0a), constant(50_000, 200_000)],
  [at(0x0b), constant(375, 180)],
  // The prices of the longest lists, per point.
  [at(0x0c), perGroup(160, [0, 6_228], [8_000, 11_000])],
  [at(0x0d), constant(600, 450)],
  [at(0x0e), perGroup(288, [0, 11_790], [5_000, 17_000])],
  [at(0x0f), perGroup(384, [37_700, 32_600], [86_000, 36_000])],
  [at(0x10), constant(5_500, 5_200)],
  [at(0x11), constant(23_800, 28_500)],
  [at(0x100), constant(6_900, 12_000)],
  [poseidon.address, {price: (input) => Number(poseidon.gas(input)), added: () => 1_500}],
]);

/** Long exponents of numbers of one word: the loop of square and multiply takes longer than its price. */
function modexpAdded(input: Uint8Array): number {
  const [base, exponent, modulus] = [0, 32, 64].map((offset) => lengthAt(input, offset)) as [number, number, number];
  if (base > MODEXP_SHORT_BYTES || modulus > MODEXP_SHORT_BYTES || input.length <= MODEXP_HEAD_BYTES) return 0;
  return MODEXP_ADDED_PER_BYTE * Math.min(exponent, MODEXP_SHORT_BYTES);
}

/** A length of the head; what does not fit four bytes is refused or has its price. */
function lengthAt(input: Uint8Array, offset: number): number {
  let length = 0;
  for (let i = 0; i < 32; i++) length = Math.min(length * 256 + (input[offset + i] ?? 0), 0xffff_ffff);
  return length;
}
