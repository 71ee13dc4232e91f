/** EIP-4844: the price of blob gas, which follows how many blobs blocks had beyond the target. */
import type {BlobParameters} from '../rules.ts';

const PRICE_MIN = 1n;

/** wei per blob gas in a block whose header says `excessBlobGas`. */
export function blobBaseFee(excessBlobGas: bigint, {updateFraction}: Pick<BlobParameters, 'updateFraction'>): bigint {
  return fakeExponential(PRICE_MIN, excessBlobGas, updateFraction);
}

/** factor * e ** (numerator / denominator), by its Taylor series in integers. */
function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let sum = 0n;
  let term = factor * denominator;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * numerator) / (denominator * i);
  }
  return sum / denominator;
}
