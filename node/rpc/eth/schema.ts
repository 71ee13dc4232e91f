/**
 * Parsers of JSON-RPC parameters. Each says in its error what it wanted and what is wrong, in go-ethereum's words where it has
 * any (common/hexutil). Quantities with leading zeros, data of half bytes and the like are refused, as there.
 */
import type {Address, Hash, Hex} from '#node/execution';
import {rpcErrors} from './errors.ts';

/** `where` names the argument, or the field in it. Throws RpcError -32602. */
export type Parser<T> = (value: unknown, where: string) => T;

export const fail = (where: string, wanted: string, problem: string): never => {
  throw rpcErrors.invalidParams(`invalid ${where}: ${problem}; want ${wanted}`);
};

const show = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

const HEX_DIGITS = /^[0-9a-fA-F]*$/;

function prefixed(value: unknown, where: string, wanted: string): string {
  if (typeof value !== 'string') return fail(where, wanted, `${show(value)} in place of a hex string`);
  if (value.length === 0) return fail(where, wanted, 'empty hex string');
  if (!value.startsWith('0x') && !value.startsWith('0X')) return fail(where, wanted, 'hex string without 0x prefix');
  return value.slice(2);
}

/** An unsigned integer of so many bits, as canonical hex. */
export const uint =
  (bits: 64 | 256): Parser<bigint> =>
  (value, where) => {
    const wanted = `an unsigned integer of at most ${bits} bits in 0x-prefixed hex`;
    const digits = prefixed(value, where, wanted);
    if (digits.length === 0) return fail(where, wanted, 'hex string "0x"');
    if (digits.length > 1 && digits.startsWith('0')) return fail(where, wanted, 'hex number with leading zero digits');
    if (!HEX_DIGITS.test(digits)) return fail(where, wanted, 'invalid hex string');
    if (digits.length > bits / 4) return fail(where, wanted, `hex number > ${bits} bits`);
    return BigInt(`0x${digits}`);
  };

export const uint64 = uint(64);
export const uint256 = uint(256);

/** Bytes of any length. */
export const bytes: Parser<Uint8Array> = (value, where) => {
  const wanted = '0x-prefixed hex data';
  const digits = prefixed(value, where, wanted);
  if (digits.length % 2 !== 0) return fail(where, wanted, 'hex string of odd length');
  const decoded = Buffer.from(digits, 'hex');
  // Buffer stops at the first character that is not a hex digit.
  if (decoded.length * 2 !== digits.length) return fail(where, wanted, 'invalid hex string');
  return new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.length);
};

const fixed =
  (byteLength: number, what: string) =>
  (value: unknown, where: string): Hex => {
    const wanted = `${what} (${byteLength} bytes) in 0x-prefixed hex`;
    const digits = prefixed(value, where, wanted);
    if (digits.length % 2 !== 0) return fail(where, wanted, 'hex string of odd length');
    if (digits.length !== byteLength * 2) return fail(where, wanted, `hex string has length ${digits.length}, want ${byteLength * 2}`);
    if (!HEX_DIGITS.test(digits)) return fail(where, wanted, 'invalid hex string');
    return `0x${digits.toLowerCase()}`;
  };

export const address: Parser<Address> = fixed(20, 'an address');
export const hash: Parser<Hash> = fixed(32, 'a hash');

/** A storage slot: a word, or a shorter hex number (which geth takes too, leading zeros and all). */
export const slot: Parser<Hash> = (value, where) => {
  const wanted = 'a storage slot of at most 32 bytes in 0x-prefixed hex';
  const digits = prefixed(value, where, wanted);
  if (!HEX_DIGITS.test(digits)) return fail(where, wanted, 'invalid hex string');
  if (digits.length > 64) return fail(where, wanted, `hex string too long, want at most 32 bytes`);
  return `0x${digits.toLowerCase().padStart(64, '0')}`;
};

export const boolean: Parser<boolean> = (value, where) =>
  typeof value === 'boolean' ? value : fail(where, 'true or false', `${show(value)} in place of a boolean`);

export const string: Parser<string> = (value, where) =>
  typeof value === 'string' ? value : fail(where, 'a string', `${show(value)} in place of a string`);

export const number: Parser<number> = (value, where) =>
  typeof value === 'number' && Number.isFinite(value) ? value : fail(where, 'a number', `${show(value)} in place of a number`);

/** A count that clients write as hex, as a decimal string, or as a JSON number (MetaMask does the last). */
export const count: Parser<bigint> = (value, where) => {
  const wanted = 'a count as hex, decimal string or number';
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : fail(where, wanted, 'not a non-negative integer');
  if (typeof value === 'string' && /^[0-9]{1,20}$/.test(value)) return BigInt(value);
  return uint64(value, where);
};

export const arrayOf =
  <T>(item: Parser<T>, itemsMax: number): Parser<T[]> =>
  (value, where) => {
    if (!Array.isArray(value)) return fail(where, 'an array', `${show(value)} in place of an array`);
    if (value.length > itemsMax) return fail(where, `at most ${itemsMax} items`, `${value.length} items`);
    return value.map((entry, index) => item(entry, `${where}[${index}]`));
  };

/** A JSON object as a record of unknowns. */
export const record: Parser<Readonly<Record<string, unknown>>> = (value, where) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : fail(where, 'an object', `${show(value)} in place of an object`);

/** A field that may be absent or null. */
export function optionalField<T>(object: Readonly<Record<string, unknown>>, name: string, parse: Parser<T>, where: string): T | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return value === undefined || value === null ? undefined : parse(value, `${where}.${name}`);
}

export function requiredField<T>(object: Readonly<Record<string, unknown>>, name: string, parse: Parser<T>, where: string): T {
  const value = optionalField(object, name, parse, where);
  if (value === undefined) throw rpcErrors.invalidParams(`invalid ${where}: missing field "${name}"`);
  return value;
}
