/**
 * SAP 0x0a05: Poseidon over the scalar field of BN254, the hash of commitments that circuits open
 * (protocols/contracts/interfaces/IPoseidon.sol; specified in docs/spec/precompiles.md).
 */
import {CallReader, encodeError, readSelector, selectorOf} from './abi.ts';
import {POSEIDON_INPUT_COUNT_MAX} from './limits.ts';
import {poseidon as hash} from './poseidon/permutation.ts';
import type {Sap, SapResult} from './types.ts';

const WORD = 32;
const HASH = selectorOf('hash(uint256[])');
/** Calldata of `hash` without inputs: selector, one head, one length. */
const HASH_CALLDATA_HEAD = 4 + 2 * WORD;

/** Gas. docs/spec/precompiles.md has the measurements behind the figures and the command that repeats them. */
export const POSEIDON_GAS = {
  /** A call that no method takes. */
  malformed: 700n,
  base: 2_500n,
  /** Per input: its share of the rounds. */
  perInput: 1_000n,
  /** Per pair of inputs: the matrices of the full rounds, which are square. */
  perInputSquared: 40n,
} as const;

export const poseidon: Sap = {
  address: '0x0000000000000000000000000000000000000a05',
  name: 'Poseidon',

  gas(data) {
    const count = Math.ceil((data.length - HASH_CALLDATA_HEAD) / WORD);
    if (readSelector(data) !== HASH || count < 1 || count > POSEIDON_INPUT_COUNT_MAX) return POSEIDON_GAS.malformed;
    const inputs = BigInt(count);
    return POSEIDON_GAS.base + POSEIDON_GAS.perInput * inputs + POSEIDON_GAS.perInputSquared * inputs * inputs;
  },

  run({data, value}) {
    return Promise.resolve(answer(data, value));
  },
};

function answer(data: Uint8Array, value: bigint): Omit<SapResult, 'gasUsed'> {
  if (value !== 0n) return {status: 'revert', output: encodeError('ValueRefused()')};
  const malformed = {status: 'revert', output: encodeError('MalformedCall()')} as const;
  if (readSelector(data) !== HASH) return malformed;
  const reader = new CallReader(data, 1);
  const inputs = reader.words(POSEIDON_INPUT_COUNT_MAX);
  if (inputs === undefined || inputs.length === 0 || !reader.isAtEnd()) return malformed;
  const output = hash(inputs);
  return output === undefined ? malformed : {status: 'success', output};
}
