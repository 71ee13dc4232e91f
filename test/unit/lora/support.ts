import {createHash} from 'node:crypto';
import {encodeLoraInputs, encodeLoraOutputs} from '#precompiles/codec';
import type {LoraContext, LoraShape} from '#precompiles/codec';
import type {LoraClaim} from '#precompiles/lora';
import {commitModule} from '../../../protocols/services/lora/commit.ts';
import type {CommittedModule} from '../../../protocols/services/lora/commit.ts';
import {proveLora} from '../../../protocols/services/lora/prove.ts';
import type {ProverRandomness} from '../../../protocols/services/lora/randomness.ts';
import {applyLora} from '../../../protocols/services/lora/weights.ts';

export const CONTEXT: LoraContext = {
  chainId: 7259n, caller: '0x00000000000000000000000000000000000000aa', binding: new Uint8Array(32).fill(7),
};

/** Bytes that a name determines: for vectors and for failures that come again. */
export function seeded(seed: string): ProverRandomness {
  let counter = 0;
  return {
    bytes(length) {
      const parts: Buffer[] = [];
      for (let have = 0; have < length; have += 32) parts.push(createHash('sha256').update(`${seed}/${counter++}`).digest());
      return Uint8Array.from(Buffer.concat(parts).subarray(0, length));
    },
  };
}

export function integers(seed: string, count: number, bits: number): Int16Array {
  const bytes = seeded(seed).bytes(2 * count);
  const view = new DataView(bytes.buffer);
  return Int16Array.from({length: count}, (_, i) => view.getInt16(2 * i) >> (16 - bits));
}

export function shapeOf(inputs: number, rank: number, outputs: number, width = 32, weightBits: 8 | 16 = 8): LoraShape {
  return {inputs, rank, outputs, width, weightBits};
}

export function moduleOf(shape: LoraShape, seed: string): CommittedModule {
  const a = integers(`${seed} a`, shape.rank * shape.inputs, shape.weightBits);
  const b = integers(`${seed} b`, shape.rank * shape.outputs, shape.weightBits);
  return commitModule({shape, a, b}, seeded(`${seed} blinders`));
}

/** A true statement about a module, proven. */
export function claimOf(module: CommittedModule, tokens: number, seed: string, context: LoraContext = CONTEXT): LoraClaim {
  const {shape, rows} = module;
  const x = integers(`${seed} x`, tokens * shape.inputs, 16);
  const request = {context, inputs: encodeLoraInputs(x), outputs: encodeLoraOutputs(shape, applyLora(module, x))};
  return {...request, shape, rows, proof: proveLora(module, request, seeded(`${seed} proof`))};
}

/** With one bit of a byte flipped. */
export function flip(bytes: Uint8Array, offset: number, bit = 0): Uint8Array {
  const changed = bytes.slice();
  changed[offset]! ^= 1 << bit;
  return changed;
}

export function splice(bytes: Uint8Array, offset: number, part: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed.set(part, offset);
  return changed;
}
