import {WORD_BYTES, writeWord} from '../bytes.ts';
import type {Hex} from '../bytes.ts';
import {CodecError} from '../errors.ts';
import {LORA_TENSOR_BYTES_MAX, LORA_TOKEN_COUNT_MAX} from './limits.ts';
import {loraLayout} from './shape.ts';
import type {LoraShape} from './shape.ts';

/** Whom a proof or a registration is for. */
export interface LoraContext {
  /** 0 off chain. */
  readonly chainId: bigint;
  /** The contract that asks for verification, or the account that registers; zero off chain. 20 bytes. */
  readonly caller: Hex;
  /** What the caller ties the proof to (asset, module, request, session): 32 bytes. */
  readonly binding: Uint8Array;
}

export const LORA_CONTEXT_BYTES = 2 * WORD_BYTES + 20;
export const LORA_INPUT_BYTES = 2;
/** Outputs have less than this in absolute value. */
export const LORA_OUTPUT_BOUND = 2 ** 53;

/** chainId (32) ‖ caller (20) ‖ binding (32). Throws `CodecError`. */
export function encodeLoraContext({chainId, caller, binding}: LoraContext): Uint8Array {
  if (chainId < 0n || chainId >> 256n !== 0n) throw new CodecError('outOfRange', 'chainId', `${chainId} is no uint256`);
  if (!/^0x[0-9a-fA-F]{40}$/.test(caller)) throw new CodecError('wrongLength', 'caller', `${caller} is no address`);
  if (binding.length !== WORD_BYTES) throw new CodecError('wrongLength', 'binding', `${binding.length} bytes, not ${WORD_BYTES}`);
  const bytes = new Uint8Array(LORA_CONTEXT_BYTES);
  writeWord(bytes, 0, chainId);
  for (let i = 0; i < 20; i++) bytes[WORD_BYTES + i] = Number.parseInt(caller.slice(2 + 2 * i, 4 + 2 * i), 16);
  bytes.set(binding, WORD_BYTES + 20);
  return bytes;
}

/** Tokens of a statement with these bytes of inputs and outputs, or undefined when no statement has them. */
export function loraTokenCount(shape: LoraShape, inputBytes: number, outputBytes: number): number | undefined {
  const layout = loraLayout(shape);
  const tokens = inputBytes / (LORA_INPUT_BYTES * shape.inputs);
  if (!Number.isInteger(tokens) || tokens < 1 || tokens > LORA_TOKEN_COUNT_MAX) return undefined;
  if (inputBytes > LORA_TENSOR_BYTES_MAX || outputBytes > LORA_TENSOR_BYTES_MAX) return undefined;
  return outputBytes === tokens * shape.outputs * layout.outputBytes ? tokens : undefined;
}

/** Rows of int16, big-endian. Throws `CodecError` on a value that is none. */
export function encodeLoraInputs(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * LORA_INPUT_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value < -32_768 || value > 32_767) throw new CodecError('outOfRange', `inputs[${i}]`, `${value} is no int16`);
    view.setInt16(i * LORA_INPUT_BYTES, value);
  }
  return bytes;
}

/** Two's complement, big-endian, as many bytes as the shape's outputs take. Throws `CodecError`. */
export function encodeLoraOutputs(shape: LoraShape, values: ArrayLike<number>): Uint8Array {
  const {outputBytes} = loraLayout(shape);
  const limit = Math.min(LORA_OUTPUT_BOUND, 2 ** (8 * outputBytes - 1));
  const bytes = new Uint8Array(values.length * outputBytes);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value >= limit || value <= -limit) throw new CodecError('outOfRange', `outputs[${i}]`, `${value} is out of bounds`);
    let rest = value;
    for (let byte = outputBytes - 1; byte >= 0; byte--) {
      const low = ((rest % 256) + 256) % 256;
      bytes[i * outputBytes + byte] = low;
      rest = (rest - low) / 256;
    }
  }
  return bytes;
}

/** The inverse of `encodeLoraInputs`. */
export function decodeLoraInputs(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Int16Array.from({length: bytes.length / LORA_INPUT_BYTES}, (_, i) => view.getInt16(i * LORA_INPUT_BYTES));
}

/** The inverse of `encodeLoraOutputs`, without its bounds. */
export function decodeLoraOutputs(shape: LoraShape, bytes: Uint8Array): Float64Array {
  const {outputBytes} = loraLayout(shape);
  return Float64Array.from({length: bytes.length / outputBytes}, (_, i) => {
    const at = i * outputBytes;
    let value = (bytes[at]! << 24) >> 24;
    for (let byte = 1; byte < outputBytes; byte++) value = value * 256 + bytes[at + byte]!;
    return value;
  });
}
