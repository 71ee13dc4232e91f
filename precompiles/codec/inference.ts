import {keccak_256} from '@noble/hashes/sha3.js';
import {readWord, WORD_BYTES, writeWord} from './bytes.ts';
import type {Hex} from './bytes.ts';
import {CodecError} from './errors.ts';
import {SCALAR_FIELD_MODULUS} from './field.ts';

export interface InferenceContext {
  readonly chainId: bigint;
  /** The InferenceOracle that asks: 20 bytes. */
  readonly oracle: Hex;
  readonly requestId: bigint;
  /** The account that will send the answer: 20 bytes. */
  readonly prover: Hex;
}

/**
 * What ties an inference proof to one request of one oracle on one chain and to one prover:
 * uint256(keccak256(abi.encode(chainId, oracle, requestId, prover))) mod r. A public input of the
 * circuit, so a proof seen in the mempool is worth nothing to anyone else. Throws `CodecError`.
 */
export function inferenceContext({chainId, oracle, requestId, prover}: InferenceContext): bigint {
  const encoded = new Uint8Array(4 * WORD_BYTES);
  writeWord(encoded, 0, uint256(chainId, 'chainId'));
  writeWord(encoded, WORD_BYTES, address(oracle, 'oracle'));
  writeWord(encoded, 2 * WORD_BYTES, uint256(requestId, 'requestId'));
  writeWord(encoded, 3 * WORD_BYTES, address(prover, 'prover'));
  return readWord(keccak_256(encoded), 0) % SCALAR_FIELD_MODULUS;
}

function uint256(value: bigint, path: string): bigint {
  if (value < 0n || value >> 256n !== 0n) throw new CodecError('outOfRange', path, `${value} is no uint256`);
  return value;
}

function address(value: Hex, path: string): bigint {
  if (!/^0x[0-9a-fA-F]{40}$/.test(value)) throw new CodecError('wrongLength', path, `${value} is no address`);
  return BigInt(value);
}
