/**
 * SAP 0x0a01: Groth16 proofs over BN254 under registered keys (protocols/contracts/interfaces/IGroth16.sol;
 * specified in docs/spec/precompiles.md).
 */
import {keccak_256} from '@noble/hashes/sha3.js';
import {CallReader, encodeBool, encodeError, encodeUint, readSelector, selectorOf} from './abi.ts';
import {toHex} from './codec/bytes.ts';
import {PROOF_BYTES, verificationKeyLength} from './codec/index.ts';
import {LruCache} from './groth16/cache.ts';
import {checkKey, decodeKey, publicInputCountOf} from './groth16/key.ts';
import type {DecodedKey} from './groth16/key.ts';
import {readKey, registeredLength, writeKey} from './groth16/registry.ts';
import {verifyProof} from './groth16/verify.ts';
import {DECODED_KEY_COUNT_MAX} from './limits.ts';
import type {Sap, SapCall, SapResult} from './types.ts';

const WORD = 32;
const REGISTER_KEY = selectorOf('registerKey(bytes)');
const IS_REGISTERED = selectorOf('isRegistered(bytes32)');
const PUBLIC_INPUT_COUNT = selectorOf('publicInputCount(bytes32)');
const VERIFY = selectorOf('verify(bytes32,uint256[],bytes)');

/** Gas. docs/spec/precompiles.md has the measurements behind the figures and the command that repeats them. */
export const GROTH16_GAS = {
  /** A view of the registry, and a call that no method takes. */
  lookup: 2_600n,
  /** Registration: checks of α, β, γ and δ. */
  register: 60_000n,
  /** Registration, per word of calldata: a new storage slot (EIP-2200 and EIP-2929) and half a point to check. */
  registerPerWord: 22_500n,
  /** Verification under a key that no cache holds. */
  verify: 220_000n,
  /** Verification, per word of calldata beyond the shortest: a multiplication in G1 and two cold slots. */
  verifyPerWord: 4_500n,
} as const;

/** Calldata of `verify` without public inputs: selector, three heads, two lengths, proof. */
const VERIFY_CALLDATA_MIN = 4 + 3 * WORD + 2 * WORD + PROOF_BYTES;
/** Calldata of `registerKey` without IC. */
const REGISTER_CALLDATA_HEAD = 4 + 2 * WORD;

type Outcome = Omit<SapResult, 'gasUsed'>;

/** Keys by hash. Decoding depends on the bytes alone, and those on the hash. */
const decodedKeys = new LruCache<DecodedKey>(DECODED_KEY_COUNT_MAX);

export const groth16: Sap = {
  address: '0x0000000000000000000000000000000000000a01',
  name: 'Groth16',

  gas(data) {
    switch (readSelector(data)) {
      case REGISTER_KEY:
        return GROTH16_GAS.register + GROTH16_GAS.registerPerWord * wordsBeyond(data.length, REGISTER_CALLDATA_HEAD);
      case VERIFY:
        return GROTH16_GAS.verify + GROTH16_GAS.verifyPerWord * wordsBeyond(data.length, VERIFY_CALLDATA_MIN);
      default:
        return GROTH16_GAS.lookup;
    }
  },

  async run(call) {
    if (call.value !== 0n) return revert(encodeError('ValueRefused()'));
    switch (readSelector(call.data)) {
      case REGISTER_KEY:
        return registerKey(call);
      case IS_REGISTERED:
        return lookup(call, (_, length) => success(encodeBool(length > 0)));
      case PUBLIC_INPUT_COUNT:
        return lookup(call, (keyHash, length) => {
          const counted = publicInputCountOf(length);
          return 'count' in counted ? success(encodeUint(BigInt(counted.count))) : revert(encodeError('UnknownKey(bytes32)', keyHash));
        });
      case VERIFY:
        return verify(call);
      default:
        return malformed();
    }
  },
};

async function registerKey({data, isStatic, isDelegate, storage}: SapCall): Promise<Outcome> {
  if (isStatic || isDelegate) return revert(encodeError('WriteRefused()'));
  const reader = new CallReader(data, 1);
  const bytes = reader.bytes(data.length);
  if (bytes === undefined || !reader.isAtEnd()) return malformed();
  const fault = checkKey(bytes);
  if (fault !== undefined) return revert(encodeError('InvalidKey(uint8)', encodeUint(BigInt(fault))));
  const keyHash = keccak_256(bytes);
  // Writing the same key again would change nothing.
  if ((await registeredLength(storage, keyHash)) === 0) await writeKey(storage, keyHash, bytes);
  return success(keyHash);
}

async function verify({data, storage}: SapCall): Promise<Outcome> {
  const reader = new CallReader(data, 3);
  const keyHash = reader.word();
  const publicInputs = reader.words(data.length);
  const proof = reader.bytes(data.length);
  if (keyHash === undefined || publicInputs === undefined || proof === undefined || !reader.isAtEnd()) return malformed();
  const length = await registeredLength(storage, keyHash);
  if (length === 0) return revert(encodeError('UnknownKey(bytes32)', keyHash));
  // Before a key is read: the gas paid for its size was by the number of inputs given.
  if (verificationKeyLength(publicInputs.length / WORD) !== length || proof.length !== PROOF_BYTES) {
    return success(encodeBool(false));
  }
  return success(encodeBool(verifyProof(await decodedKey(storage, keyHash, length), publicInputs, proof)));
}

async function lookup(
  {data, storage}: SapCall,
  answer: (keyHash: Uint8Array, length: number) => Outcome,
): Promise<Outcome> {
  const reader = new CallReader(data, 1);
  const keyHash = reader.word();
  if (keyHash === undefined || !reader.isAtEnd()) return malformed();
  return answer(keyHash, await registeredLength(storage, keyHash));
}

async function decodedKey(storage: SapCall['storage'], keyHash: Uint8Array, length: number): Promise<DecodedKey> {
  const name = toHex(keyHash);
  const known = decodedKeys.get(name);
  if (known !== undefined) return known;
  const key = decodeKey(await readKey(storage, keyHash, length));
  decodedKeys.set(name, key);
  return key;
}

/** Words, rounded up, by which `length` exceeds `head`. */
function wordsBeyond(length: number, head: number): bigint {
  return BigInt(Math.ceil(Math.max(0, length - head) / WORD));
}

function success(output: Uint8Array): Outcome {
  return {status: 'success', output};
}

function revert(output: Uint8Array): Outcome {
  return {status: 'revert', output};
}

function malformed(): Outcome {
  return revert(encodeError('MalformedCall()'));
}
