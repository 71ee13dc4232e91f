import {EVMError} from '@ethereumjs/evm';
import type {PrecompileFunc} from '@ethereumjs/evm';
import type {P256} from '../mcl/p256.ts';

/** P256VERIFY_GAS of EIP-7951. */
const GAS = 6_900n;

/** Precompile 0x100 (EIP-7951): 32 bytes of one for a valid signature, nothing for whatever is none. */
export function p256Verify(curve: P256): PrecompileFunc {
  return ({data, gasLimit}) => {
    if (gasLimit < GAS) {
      const exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS);
      return {returnValue: new Uint8Array(0), executionGasUsed: gasLimit, exceptionError};
    }
    if (!curve.verify(data)) return {returnValue: new Uint8Array(0), executionGasUsed: GAS};
    const one = new Uint8Array(32);
    one[31] = 1;
    return {returnValue: one, executionGasUsed: GAS};
  };
}
