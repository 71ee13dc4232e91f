/**
 * Registered commitments in the SAP's storage. With base = keccak256(commitment ‖ 0), where Solidity would put the entry of a
 * mapping(bytes32 => …) in slot 0: slot base holds 1 ‖ registrant (the 21 low bytes), slot base + 1 the binding. What has been proven
 * of a registration is the bits of slot keccak256(digest ‖ 1).
 */
import {keccak_256} from '@noble/hashes/sha3.js';
import {readWord, toHex, WORD_BYTES, writeWord} from './codec/bytes.ts';
import type {Hex, SapStorage} from './types.ts';

const RECORDS = 0;
const PROGRESS = 1;
const ADDRESS_BITS = 160n;

export interface LoraRecord {
  readonly registrant: Hex;
  readonly binding: Uint8Array;
}

export async function readRecord(storage: SapStorage, commitment: Uint8Array): Promise<LoraRecord | undefined> {
  const base = slotOf(commitment, RECORDS);
  const head = await storage.get(word(base));
  if (readWord(head, 0) === 0n) return undefined;
  return {registrant: toHex(head.subarray(WORD_BYTES - 20)), binding: await storage.get(word(base + 1n))};
}

export async function writeRecord(storage: SapStorage, commitment: Uint8Array, {registrant, binding}: LoraRecord): Promise<void> {
  const base = slotOf(commitment, RECORDS);
  await storage.set(word(base), word((1n << ADDRESS_BITS) | BigInt(registrant)));
  await storage.set(word(base + 1n), binding);
}

/** The repetitions proven so far, one bit each. */
export async function readProgress(storage: SapStorage, digest: Uint8Array): Promise<bigint> {
  return readWord(await storage.get(word(slotOf(digest, PROGRESS))), 0);
}

export async function writeProgress(storage: SapStorage, digest: Uint8Array, proven: bigint): Promise<void> {
  await storage.set(word(slotOf(digest, PROGRESS)), word(proven));
}

function slotOf(key: Uint8Array, mapping: number): bigint {
  const entry = new Uint8Array(2 * WORD_BYTES);
  entry.set(key);
  entry[entry.length - 1] = mapping;
  return readWord(keccak_256(entry), 0);
}

function word(value: bigint): Uint8Array {
  const bytes = new Uint8Array(WORD_BYTES);
  writeWord(bytes, 0, value & ((1n << 256n) - 1n));
  return bytes;
}
