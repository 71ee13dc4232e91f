/** Arithmetic of words against its definition. */
import {describe, expect, it} from '@jest/globals';
import {bitLength, byteLength, power} from '../../../node/execution/interpreter/arithmetic.ts';
import {Code} from '../../../node/execution/interpreter/code.ts';
import {drawFrom} from '../../support/evm-programs.ts';

const MODULUS = 1n << 256n;

function plainPower(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % MODULUS) if ((rest & 1n) === 1n) result = (result * square) % MODULUS;
  return result;
}

describe('words', () => {
  const draw = drawFrom(7);
  const word = (bytes: number): bigint => BigInt(`0x0${Array.from({length: bytes}, () => draw(256).toString(16).padStart(2, '0')).join('')}`);

  it('are raised to powers modulo 2^256', () => {
    const bases = [0n, 1n, 2n, 3n, MODULUS - 1n, word(32), word(5)];
    const exponents = [...Array.from({length: 70}, (_, i) => BigInt(i)), 255n, 256n, 65_535n, 65_536n, 65_537n, MODULUS - 1n, word(3), word(17), word(32)];
    for (const base of bases) for (const exponent of exponents) expect(power(base, exponent)).toBe(plainPower(base, exponent));
  });

  it('have as many bits and bytes as they need, also where a double rounds up', () => {
    expect([bitLength(0n), byteLength(0n)]).toEqual([0, 0]);
    for (let bits = 1n; bits <= 256n; bits++) {
      for (const value of [1n << (bits - 1n), (1n << bits) - 1n]) {
        expect(bitLength(value)).toBe(Number(bits));
        expect(byteLength(value)).toBe(Math.ceil(Number(bits) / 8));
      }
    }
  });
});

describe('constants of code', () => {
  it('are read right at every size, at first and again, also where the code ends in them and where many share a place', () => {
    const bytes = Uint8Array.from({length: 24_000}, (_, i) => (i * 131 + 7) & 0xff);
    const code = new Code(bytes);
    for (let round = 0; round < 3; round++) {
      for (let pc = 0; pc < bytes.length; pc += 5) {
        const size = 3 + ((pc / 5) % 30);
        const digits = Buffer.from(bytes.subarray(pc + 1, pc + 1 + size)).toString('hex').padEnd(2 * size, '0');
        if (code.constant(pc, size) !== BigInt(`0x${digits}`)) throw new Error(`PUSH${size} at ${pc} is wrong in round ${round}`);
      }
    }
    expect(code.constant(bytes.length - 1, 32)).toBe(0n);
  });
});
