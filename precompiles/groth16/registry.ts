/**
 * Registered keys in the SAP's storage. With base = keccak256(keyHash ‖ 0), where Solidity would put the
 * entry of a mapping(bytes32 => …) in slot 0: slot base holds the length of the key in bytes (never 0), the
 * slots after it the key, 32 bytes each; lengths of keys are multiples of 32.
 */
import {keccak_256} from '@noble/hashes/sha3.js';
import {readWord, WORD_BYTES, writeWord} from '../codec/bytes.ts';
import type {SapStorage} from '../types.ts';

/** Length of the registered key in bytes, 0 when there is none. */
export async function registeredLength(storage: SapStorage, keyHash: Uint8Array): Promise<number> {
  return Number(readWord(await storage.get(slot(baseOf(keyHash), 0n)), 0));
}

export async function readKey(storage: SapStorage, keyHash: Uint8Array, length: number): Promise<Uint8Array> {
  const base = baseOf(keyHash);
  const bytes = new Uint8Array(length);
  for (let offset = 0, i = 1n; offset < length; offset += WORD_BYTES, i++) {
    bytes.set(await storage.get(slot(base, i)), offset);
  }
  return bytes;
}

export async function writeKey(storage: SapStorage, keyHash: Uint8Array, bytes: Uint8Array): Promise<void> {
  const base = baseOf(keyHash);
  const length = new Uint8Array(WORD_BYTES);
  writeWord(length, 0, BigInt(bytes.length));
  await storage.set(slot(base, 0n), length);
  for (let offset = 0, i = 1n; offset < bytes.length; offset += WORD_BYTES, i++) {
    await storage.set(slot(base, i), bytes.subarray(offset, offset + WORD_BYTES));
  }
}

function baseOf(keyHash: Uint8Array): bigint {
  const entry = new Uint8Array(2 * WORD_BYTES);
  entry.set(keyHash);
  return readWord(keccak_256(entry), 0);
}

function slot(base: bigint, index: bigint): Uint8Array {
  const bytes = new Uint8Array(WORD_BYTES);
  writeWord(bytes, 0, base + index);
  return bytes;
}
