import {EVMError} from '@ethereumjs/evm';
import type {PrecompileFunc} from '@ethereumjs/evm';
import type {Blake2b} from '../blake2b/index.ts';

/** rounds (4 bytes, big-endian) ‖ h ‖ m ‖ t ‖ f. */
const INPUT_BYTES = 213;
const ROUND_GAS = 1n;

/** Precompile 0x09 (EIP-152). */
export function blake2f(blake2b: Blake2b): PrecompileFunc {
  return ({data, gasLimit}) => {
    const flag = data[INPUT_BYTES - 1];
    if (data.length !== INPUT_BYTES || flag! > 1) return failure(gasLimit, EVMError.errorMessages.OUT_OF_RANGE);
    const rounds = new DataView(data.buffer, data.byteOffset).getUint32(0);
    const gas = ROUND_GAS * BigInt(rounds);
    if (gasLimit < gas) return failure(gasLimit, EVMError.errorMessages.OUT_OF_GAS);
    return {returnValue: blake2b.compress(rounds, data.subarray(4, INPUT_BYTES - 1), flag === 1), executionGasUsed: gas};
  };
}

function failure(gasLimit: bigint, message: EVMError['error']) {
  return {returnValue: new Uint8Array(0), executionGasUsed: gasLimit, exceptionError: new EVMError(message)};
}
