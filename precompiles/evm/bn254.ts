import type {EVMBN254Interface} from '@ethereumjs/evm';
import type {Bn254} from '../mcl/bn254.ts';

const MULTIPLY_INPUT_BYTES = 96;

/** Precompiles 0x06 to 0x08 (EIP-196, EIP-197). A thrown error fails the call and takes its gas. */
export function bn254Precompiles(curve: Bn254): EVMBN254Interface {
  return {
    add: (input) => curve.add(input),
    mul: (input) => curve.multiply(input.subarray(0, MULTIPLY_INPUT_BYTES)),
    pairing: (input) => {
      const output = new Uint8Array(32);
      output[31] = curve.pairingProductIsOne(input) ? 1 : 0;
      return output;
    },
  };
}
