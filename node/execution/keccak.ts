import {keccak_256} from '@noble/hashes/sha3.js';
import {BLOCKS_MAX, BLOCKS_OFFSET, instantiateKeccak, RATE, STATE_OFFSET} from './keccak-module.ts';
import {readWord} from './words.ts';

/** One module for the process. It is not re-entrant; every use below is one synchronous call. */
const keccak = instantiateKeccak();
const memory = new Uint8Array(keccak.memory.buffer);
const view = new DataView(keccak.memory.buffer);
const CHUNK_BYTES = BLOCKS_MAX * RATE;
/** Up to here, copying byte by byte is quicker than a call of `set`. */
const SHORT_BYTES = 64;

/** Keccak-256 (the Ethereum variant, not SHA-3). 32 bytes. */
export function keccak256(message: Uint8Array): Uint8Array {
  digest(message);
  return memory.slice(STATE_OFFSET, STATE_OFFSET + 32);
}

/** The same as lower-case hex without 0x. */
export function keccak256Hex(message: Uint8Array): string {
  digest(message);
  return Buffer.from(keccak.memory.buffer, STATE_OFFSET, 32).toString('hex');
}

/** The same as a big-endian word. */
export function keccak256Word(message: Uint8Array): bigint {
  digest(message);
  return readWord(view, STATE_OFFSET);
}

/** Leaves the digest at STATE_OFFSET. */
function digest(message: Uint8Array): void {
  let from = 0;
  for (; message.length - from >= CHUNK_BYTES; from += CHUNK_BYTES) {
    memory.set(message.subarray(from, from + CHUNK_BYTES), BLOCKS_OFFSET);
    keccak.absorb(BLOCKS_MAX, from === 0 ? 0 : 1);
  }
  const rest = message.length - from;
  const blocks = Math.floor(rest / RATE) + 1;
  if (rest <= SHORT_BYTES) for (let i = 0; i < rest; i++) memory[BLOCKS_OFFSET + i] = message[from + i]!;
  else memory.set(from === 0 ? message : message.subarray(from), BLOCKS_OFFSET);
  const end = BLOCKS_OFFSET + blocks * RATE;
  memory.fill(0, BLOCKS_OFFSET + rest, end);
  // The padding of Keccak as it was before FIPS 202 added a suffix to the message.
  memory[BLOCKS_OFFSET + rest] = 0x01;
  memory[end - 1]! |= 0x80;
  keccak.absorb(blocks, from === 0 ? 0 : 1);
}

// A wrong hash would fork the chain silently, so the module proves itself against the reference around its block and chunk sizes.
for (const length of [0, 1, 32, 64, 65, 135, 136, 137, 272, 1000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 137]) {
  const message = Uint8Array.from({length}, (_, i) => (i * 31 + length) & 0xff);
  if (Buffer.compare(keccak256(message), keccak_256(message)) !== 0) throw new Error(`keccak256 self-check failed at ${length} bytes`);
}
