/** How blob gas beyond the target piles up from block to block (EIP-4844), and the price below which it does not fall (EIP-7918). */
import {GAS_PER_BLOB} from '../limits.ts';
import type {BlobParameters} from '../rules.ts';
import {blobBaseFee} from './blob-fee.ts';

/** EIP-7918: gas of the execution market that a blob is worth at least. */
const BLOB_BASE_COST = 8_192n;

/** `excessBlobGas` of the block after `parent`; `blobs` are the parameters of that block. */
export function nextExcessBlobGas(
  parent: {readonly excessBlobGas: bigint | undefined; readonly blobGasUsed: bigint | undefined; readonly baseFeePerGas: bigint | undefined},
  {blobs, hasReservePrice}: {readonly blobs: BlobParameters; readonly hasReservePrice: boolean},
): bigint {
  const {excessBlobGas: excess = 0n, blobGasUsed: used = 0n, baseFeePerGas: baseFee = 0n} = parent;
  const target = blobs.target * GAS_PER_BLOB;
  if (excess + used < target) return 0n;
  if (hasReservePrice && BLOB_BASE_COST * baseFee > GAS_PER_BLOB * blobBaseFee(excess, blobs)) return excess + (used * (blobs.max - blobs.target)) / blobs.max;
  return excess + used - target;
}
