/**
 * Transactions of impersonated accounts: only a development chain knows them. They stand in blocks like any other, with r = 0, which
 * no signature has (every other chain refuses such bytes), and with the sender's address as s, so that the bytes say who sends, and
 * equal transactions of two senders have two hashes.
 */
import {DecodeError} from '../errors.ts';
import {bigIntToFixed, bytesToHex} from '../hex.ts';
import {encodeTransaction} from '../transaction-encode.ts';
import type {UnsignedTransaction} from '../transaction-encode.ts';
import type {Address, Transaction} from '../types.ts';

const ADDRESS_BYTES = 20;
const ADDRESS_MAX = (1n << 160n) - 1n;

export function isUnsigned(tx: Pick<Transaction, 'r'>): boolean {
  return tx.r === 0n;
}

/** Throws DecodeError when s is not an address. */
export function unsignedSender(s: bigint): Address {
  if (s > ADDRESS_MAX) throw new DecodeError('invalid-signature', 'invalid transaction v, r, s values');
  return bytesToHex(bigIntToFixed(s, ADDRESS_BYTES));
}

/** Canonical EIP-2718 envelope. */
export function encodeUnsigned(tx: UnsignedTransaction, sender: Address): Uint8Array {
  return encodeTransaction(tx, {yParity: 0, r: 0n, s: BigInt(sender)});
}
