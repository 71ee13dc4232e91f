import {hexToBytes} from '../hex.ts';
import {keccak256} from '../keccak.ts';
import type {Hex, Log} from '../types.ts';

/** Bytes of a bloom filter (Yellow Paper section 4.3.1). */
export const BLOOM_BYTES = 256;
export const EMPTY_BLOOM = new Uint8Array(BLOOM_BYTES);

export function bloomOfLogs(logs: readonly Log[]): Uint8Array {
  if (logs.length === 0) return EMPTY_BLOOM;
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const {address, topics} of logs) {
    addToBloom(bloom, address);
    for (const topic of topics) addToBloom(bloom, topic);
  }
  return bloom;
}

export function mergeBloom(target: Uint8Array, bloom: Uint8Array): void {
  for (let i = 0; i < BLOOM_BYTES; i++) target[i]! |= bloom[i]!;
}

export function addToBloom(bloom: Uint8Array, value: Hex): void {
  for (const bit of bloomBits(value)) bloom[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7);
}

/** The three bits that a value sets. */
export function bloomBits(value: Hex): readonly [number, number, number] {
  const hash = keccak256(hexToBytes(value));
  const bit = (i: number): number => ((hash[i]! << 8) | hash[i + 1]!) & 0x7ff;
  return [bit(0), bit(2), bit(4)];
}

export function bloomHasBits(bloom: Uint8Array, bits: readonly number[]): boolean {
  return bits.every((bit) => (bloom[BLOOM_BYTES - 1 - (bit >> 3)]! & (1 << (bit & 7))) !== 0);
}

/** false: certainly no log of `value` (an address or topic). true: maybe. */
export function bloomMayContain(bloom: Uint8Array, value: Hex): boolean {
  return bloomHasBits(bloom, bloomBits(value));
}
